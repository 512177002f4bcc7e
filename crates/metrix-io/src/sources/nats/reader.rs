//! [`Reader`]: one connection that a stream is read over.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull::BatchConfig;
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::stream::Stream;
use async_nats::jetstream::{self};
use async_nats::{Message, StatusCode, Subject, Subscriber};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep_until};

use super::message::NatsMessage;
use super::record::Record;
use super::replay::{Replay, Source};
use crate::nats::{Link, NatsError};

/// One connection that a stream is read over, until it is lost.
pub(super) struct Reader {
    link: Link,
    stream: Stream,
    consumer: PullConsumer,
    bucket: (Store, String),
    pub(super) stream_created: String,
    pub(super) consumer_created: String,
    inbox: Subject,
    deliveries: Subscriber,
    /// So many messages are asked for and have not come.
    asked: usize,
    /// When the last of them has to have come, or the server has said that it won't.
    asked_until: Instant,
    /// The number of the consumer's last delivery.
    last: u64,
    replay: Option<Replay>,
}

/// A message, or a sequence that has none for the consumer.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) sequence: u64,
    /// Where the acknowledgement goes, if that is known.
    pub(super) reply: Option<Subject>,
    pub(super) message: Option<NatsMessage>,
    /// Whether it was read from the stream itself.
    pub(super) is_replayed: bool,
}

impl Delivery {
    /// Where the stream itself was asked, and there is no message for the consumer.
    pub(super) fn nothing(sequence: u64) -> Self {
        Self { sequence, reply: None, message: None, is_replayed: true }
    }
}

/// So many messages are asked for at a time, and so many bytes, unless one message may have more.
const AT_ONCE: usize = 256;
const BYTES: usize = 8 << 20;

/// How long the server keeps a request for messages.
const EXPIRES: Duration = Duration::from_secs(20);

impl Reader {
    pub(super) async fn new(
        link: Link,
        stream: Stream,
        consumer: PullConsumer,
        bucket: (Store, String),
        stream_created: String,
        consumer_created: String,
    ) -> Result<Self, NatsError> {
        let inbox = Subject::from(link.client.new_inbox());
        let deliveries = link.client.subscribe(inbox.clone()).await;
        let deliveries = deliveries.map_err(|error| NatsError::of("deliveries can't be subscribed to", &error))?;
        let last = consumer.cached_info().delivered.consumer_sequence;
        let (asked, asked_until) = (0, Instant::now());
        Ok(Self {
            link,
            stream,
            consumer,
            bucket,
            stream_created,
            consumer_created,
            inbox,
            deliveries,
            asked,
            asked_until,
            last,
            replay: None,
        })
    }

    /// The same, which reads those of these sequences that are wanted from the stream before it takes deliveries.
    pub(super) fn replaying(
        self,
        range: RangeInclusive<u64>,
        is_wanted: impl Fn(u64) -> bool + Send + Sync + 'static,
    ) -> Self {
        let (stream, consumer) = (self.stream.cached_info(), self.consumer.cached_info());
        let source = Source {
            stream: stream.config.name.clone(),
            consumer: consumer.name.clone(),
            filter: consumer.config.filter_subject.clone(),
            first: stream.state.first_sequence,
            longest: self.link.client.server_info().max_payload,
        };
        let replay = Replay::new(self.link.jetstream.clone(), source, range, is_wanted);
        Self { replay: Some(replay), ..self }
    }

    /// The next message; nothing is read from the stream, or asked for, where there is no room for more.
    pub(super) async fn take(&mut self, has_room: bool) -> Result<Delivery, NatsError> {
        if let (Some(replay), true) = (&mut self.replay, has_room) {
            let next = tokio::select! {
                biased;
                lost = self.link.lost() => return Err(lost),
                next = replay.next() => next,
            };
            match next {
                Some(delivery) => return delivery,
                None => self.replay = None,
            }
        }
        loop {
            // What is read from the stream comes before all else.
            if self.replay.is_none() && has_room && self.asked <= AT_ONCE / 2 {
                self.ask().await?;
            }
            let message = tokio::select! {
                biased;
                message = self.deliveries.next() => message,
                lost = self.link.lost() => return Err(lost),
                () = sleep_until(self.asked_until), if self.asked > 0 => {
                    self.asked = 0;
                    continue;
                }
            };
            let message = message.ok_or_else(|| NatsError::new("the connection was lost"))?;
            if let Some(delivery) = self.delivered(message)? {
                return Ok(delivery);
            }
        }
    }

    async fn ask(&mut self) -> Result<(), NatsError> {
        let longest = self.link.client.server_info().max_payload;
        let request = BatchConfig {
            batch: AT_ONCE,
            expires: Some(EXPIRES),
            // The server counts what stands before a payload too.
            max_bytes: BYTES.max(longest.saturating_add(1 << 16)),
            ..BatchConfig::default()
        };
        let asked = self.consumer.request_batch(request, self.inbox.clone()).await;
        asked.map_err(|error| NatsError::of("messages can't be asked for", &error))?;
        self.asked += AT_ONCE;
        self.asked_until = Instant::now() + EXPIRES + Duration::from_secs(5);
        Ok(())
    }

    /// What has come; `None` if it is no message.
    fn delivered(&mut self, message: Message) -> Result<Option<Delivery>, NatsError> {
        match message.status.unwrap_or(StatusCode::OK) {
            StatusCode::OK => {}
            StatusCode::IDLE_HEARTBEAT => return Ok(None),
            StatusCode::NO_RESPONDERS => return Err(NatsError::new("the consumer is not there any more")),
            status => return self.ends(status, &message).map(|()| None),
        }
        let mut message = jetstream::Message { message, context: self.link.jetstream.clone() };
        let info = message.info().map_err(|error| NatsError::of("a message is none of JetStream's", &*error))?;
        let (sequence, number, nanos) =
            (info.stream_sequence, info.consumer_sequence, info.published.unix_timestamp_nanos());
        self.asked = self.asked.saturating_sub(1);
        let is_next = number == self.last + 1;
        self.last = number;
        if !is_next {
            let consumer = &self.consumer.cached_info().name;
            return Err(NatsError::new(format!(
                "messages were delivered elsewhere: to a connection that was lost, or to another program that reads as the \
                 consumer {consumer:?}"
            )));
        }
        let reply = message.message.reply.take();
        let message = Some(NatsMessage::new(message.message, nanos));
        Ok(Some(Delivery { sequence, reply, message, is_replayed: false }))
    }

    /// A request for messages has ended before all have come.
    fn ends(&mut self, status: StatusCode, message: &Message) -> Result<(), NatsError> {
        let said = message.description.as_deref().unwrap_or_default();
        if said.eq_ignore_ascii_case("consumer deleted") || said.eq_ignore_ascii_case("consumer is push based") {
            return Err(NatsError::new(format!("the server says {said:?}")));
        }
        // The consumer takes no requests like ours, and would take none of those that came at once.
        if said.starts_with("Exceeded ") || said == "Bad Request" {
            let consumer = &self.consumer.cached_info().name;
            let mend = "let it take requests of 256 messages, of any size, and of 20 seconds";
            return Err(NatsError::new(format!("the consumer {consumer:?} gives nothing, as {said:?}: {mend}")));
        }
        let header = message.headers.as_ref().and_then(|headers| headers.get("Nats-Pending-Messages"));
        let left = header.and_then(|left| left.as_str().parse().ok()).unwrap_or(AT_ONCE);
        self.asked = self.asked.saturating_sub(left);
        match status {
            StatusCode::TIMEOUT | StatusCode::NOT_FOUND | StatusCode::REQUEST_TERMINATED => Ok(()),
            other => Err(NatsError::new(format!("the server says {other} {said:?}"))),
        }
    }

    /// Whether the server has nothing more for the consumer, of which all before `next` was handed out; it is asked, so that one that is
    /// away says nothing.
    pub(super) async fn is_at_end(&mut self, next: u64) -> Result<bool, NatsError> {
        let info = tokio::select! {
            biased;
            lost = self.link.lost() => return Err(lost),
            info = self.consumer.get_info() => info,
        };
        let info = info.map_err(|error| NatsError::of("the consumer can't be asked for", &error))?;
        Ok(self.replay.is_none() && info.num_pending == 0 && info.delivered.stream_sequence < next)
    }

    pub(super) async fn store(&mut self, record: &Record) -> Result<(), NatsError> {
        let (bucket, key) = &self.bucket;
        let stored = bucket.put(key, record.write().into()).await;
        stored.map_err(|error| NatsError::of("what is settled can't be stored", &error)).map(drop)
    }

    /// Sends a word about a message to where its acknowledgement goes.
    pub(super) async fn tell(&mut self, reply: &Subject, word: &'static [u8]) -> Result<(), NatsError> {
        tokio::select! {
            biased;
            told = self.link.client.publish(reply.clone(), word.into()) => {
                told.map_err(|error| NatsError::of("a message can't be acknowledged", &error))
            }
            lost = self.link.lost() => Err(lost),
        }
    }

    /// Waits until all has been sent.
    pub(super) async fn flush(&mut self) -> Result<(), NatsError> {
        tokio::select! {
            biased;
            flushed = self.link.client.flush() => flushed.map_err(|error| NatsError::of("acknowledgements can't be sent", &error)),
            lost = self.link.lost() => Err(lost),
        }
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("asked", &self.asked).field("last", &self.last).finish_non_exhaustive()
    }
}
