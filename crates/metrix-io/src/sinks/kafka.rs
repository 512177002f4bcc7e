//! [`Kafka`]: elements to a topic of Kafka.

mod builder;
mod key;
mod records;
mod reports;
mod topic;
mod verdict;

use std::fmt;

use metrix::{MElement, Sink, WriteError};
use rdkafka::ClientConfig;
use rdkafka::producer::{Producer as _, ThreadedProducer};

use self::records::Records;
use self::reports::Deliveries;
use self::topic::TopicName;
use crate::KafkaError;

pub use self::builder::{Compression, KafkaBuilder};

/// Sends elements to Kafka, each as a message.
///
/// | of the message | is |
/// | --- | --- |
/// | the value | a line of JSON as [`metrix::sink::JsonLines`] writes it, without the line break |
/// | the key | the series: the name, and for each tag `;name=value`, with a backslash before each `\`, `;` and `=` |
/// | the timestamp | the element's time in milliseconds, rounded down; of one not after 1970-01-01T00:00:00.001Z, when it was written |
/// | the headers | those [asked for](KafkaBuilder::header) |
/// | the topic | the one given, or [made of the name](KafkaBuilder::topic) |
///
/// The partition follows from the key as the Java client has it (murmur2), so that the elements of a series keep their order.
/// A value that is not finite has no form in JSON and is refused.
///
/// # What is delivered
///
/// A write returns when the brokers have confirmed all of it: all replicas that are in sync (`acks=all`). The client is
/// idempotent: what it repeats by itself, since an answer was lost or a broker went away, is there once.
/// It tries for [`delivery_timeout`](KafkaBuilder::delivery_timeout); what is not confirmed by then may be there or not, and the
/// write that follows may add it a second time.
///
/// # Errors
///
/// What a broker refuses, such as messages that are too large or that the user may not write, is refused in the broker's words.
/// Only the elements concerned are named; the others are written. All else is worth a retry, and so named.
/// A broker refuses a whole set of messages for the size or the form of one; all of such a set are sent again, each on its own,
/// and only what is refused then is. An element that has no room in an empty queue of the client's is refused too.
///
/// # Cancel safety
///
/// The messages of a write that is dropped stay on their way. If the next write has the same batch, as after a time limit, it
/// goes on waiting for them, and nothing is sent twice. If it has another one it first waits until the fate of the earlier is known.
///
/// # Memory
///
/// One batch and its text, and up to 64 MiB of messages on their way. As many topics as [allowed](KafkaBuilder::max_topics). A thread,
/// and those of librdkafka, one for each broker and a few more; twice that while messages are sent each on its own.
///
/// ```no_run
/// use metrix::{MElement, Sink, Timestamp, tags};
/// use metrix_io::KafkaCluster;
/// use metrix_io::sinks::kafka::Kafka;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut sink = Kafka::builder(&KafkaCluster::new("127.0.0.1:9092")?).topic("metrix")?.open()?;
/// sink.write(&[MElement::new("requests.mean", 12.5, tags! { "page" => "/" }, Timestamp::now())]).await?;
/// # Ok(())
/// # }
/// ```
pub struct Kafka {
    config: ClientConfig,
    topic: TopicName,
    headers: Vec<(String, String)>,
    /// `None` when it is closed, and after an error that no producer survives.
    producer: Option<Producer>,
    /// Sends each message in a set of its own; only while it does.
    lone: Option<Producer>,
    /// What a write has begun, which may have been dropped.
    begun: Option<Records>,
    is_closed: bool,
}

type Producer = ThreadedProducer<Deliveries>;

impl Kafka {
    fn connect(config: &ClientConfig) -> Result<Producer, KafkaError> {
        config.create_with_context(Deliveries::default()).map_err(|error| KafkaError::of(&error))
    }

    /// Sends what has been begun and waits until its fate is known.
    async fn settle(&mut self) -> Result<(), KafkaError> {
        let Some(records) = &mut self.begun else { return Ok(()) };
        loop {
            let (producer, config) = if records.is_each_alone() {
                let mut config = self.config.clone();
                config.set("batch.num.messages", "1").set("linger.ms", "0");
                // One after the other, so that what is refused takes nothing along that was sent behind it.
                config.set("max.in.flight.requests.per.connection", "1");
                (&mut self.lone, config)
            } else {
                (&mut self.producer, self.config.clone())
            };
            let producer = match producer {
                Some(producer) => producer,
                none => none.insert(Self::connect(&config)?),
            };
            records.send(producer, &self.headers).await;
            if !records.judge() {
                end(self.lone.take());
                return Ok(());
            }
        }
    }

    /// Gives up a producer that will never send anything again; the next write has a new one.
    fn replace_if_broken(&mut self) {
        if let Some((_, reason)) = self.producer.as_ref().and_then(|producer| producer.client().fatal_error()) {
            tracing::warn!("Kafka's producer has to be made anew: {reason:?}");
            end(self.producer.take());
        }
    }
}

/// Ends a producer. That waits for its threads, which others need not.
fn end(producer: Option<Producer>) {
    if let Some(producer) = producer {
        // Where there can be no more threads it ends here.
        let _ = std::thread::Builder::new().name("kafka end".to_owned()).spawn(move || drop(producer));
    }
}

impl Sink for Kafka {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.is_closed {
            return Err(WriteError::refused("the Kafka sink is closed: write before `close`, or open a new one"));
        }
        if self.begun.as_ref().is_some_and(|begun| !begun.are_of(batch)) {
            self.settle().await.map_err(WriteError::retryable)?;
            self.begun = None;
        }
        if self.begun.is_none() {
            self.begun = Some(Records::new(batch, &mut self.topic).await);
        }
        self.settle().await.map_err(WriteError::retryable)?;
        let Some(records) = self.begun.take() else { return Ok(()) };
        let last = self.producer.as_ref().map(|producer| producer.context().last()).unwrap_or_default();
        let result = records.into_result(&last);
        if result.is_err() {
            self.replace_if_broken();
        }
        result
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        // What came of it is told to the write that brings the same batch again.
        self.settle().await.map_err(WriteError::retryable)
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.is_closed = true;
        self.settle().await.map_err(WriteError::retryable)?;
        self.begun = None;
        end(self.producer.take());
        Ok(())
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        end(self.producer.take());
        end(self.lone.take());
    }
}

impl fmt::Debug for Kafka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The configuration has the password.
        f.debug_struct("Kafka").field("topic", &self.topic).field("is_closed", &self.is_closed).finish_non_exhaustive()
    }
}
