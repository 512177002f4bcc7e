//! [`Records`]: the messages of a batch.

use std::sync::Arc;
use std::time::Duration;

use metrix::sink::JsonLines;
use metrix::{MElement, Sink, WriteError};
use rdkafka::error::{KafkaError as Failure, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer as _};
use tokio::time::sleep;

use super::Producer;
use super::key::key;
use super::reports::{Failed, Report, Reports};
use super::topic::TopicName;
use super::verdict::Verdict;
use crate::sinks::refused::Refused;

/// The messages of a batch, of which some may be on their way.
#[derive(Debug)]
pub(super) struct Records {
    batch: Vec<MElement>,
    records: Vec<Record>,
    /// How many of them have been sent.
    sent: usize,
    /// Whether each is to be in a set of messages of its own.
    is_each_alone: bool,
    refused: Refused,
    /// What was not written, and may be if it is tried again.
    unsent: Vec<(usize, Failure)>,
    reports: Arc<Reports>,
}

/// A message's place in the client's queue is free a moment after its report has come; so often that is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(1);

#[derive(Debug)]
struct Record {
    position: usize,
    topic: String,
    key: String,
    value: String,
    /// In milliseconds.
    at: Option<i64>,
}

impl Records {
    pub(super) async fn new(batch: &[MElement], topic: &mut TopicName) -> Self {
        let (mut records, mut refused) = (Vec::with_capacity(batch.len()), Refused::default());
        for (position, element) in batch.iter().enumerate() {
            let name = &element.name;
            match (topic.of(name), line(element).await) {
                (Ok(topic), Ok(value)) => {
                    records.push(Record { position, topic, key: key(element), value, at: millis(element) });
                }
                (Err(reason), _) | (_, Err(reason)) => refused.add(position, name, reason),
            }
        }
        Self {
            batch: batch.to_vec(),
            records,
            sent: 0,
            is_each_alone: false,
            refused,
            unsent: Vec::new(),
            reports: Arc::default(),
        }
    }

    /// Whether they are of this very batch.
    pub(super) fn are_of(&self, batch: &[MElement]) -> bool {
        let is_same = |(one, other): (&MElement, &MElement)| {
            // A value that is no number is not equal to itself.
            one.value.to_bits() == other.value.to_bits()
                && (one.at, one.start) == (other.at, other.start)
                && one.name == other.name
                && one.tags == other.tags
        };
        self.batch.len() == batch.len() && self.batch.iter().zip(batch).all(is_same)
    }

    /// Sends those that have not been sent, and waits until the fate of all is known. It may be dropped, and called again.
    pub(super) async fn send(&mut self, producer: &Producer, headers: &[(String, String)]) {
        let headers = (!headers.is_empty()).then(|| {
            let add = |all: OwnedHeaders, (name, value): &(String, String)| {
                all.insert(Header { key: name, value: Some(value) })
            };
            headers.iter().fold(OwnedHeaders::new_with_capacity(headers.len()), add)
        });
        // Whether the client's queue was seen to be empty, after it had refused a message for being full.
        let mut was_empty = false;
        while let Some(record) = self.records.get(self.sent) {
            let report = Box::new(Report { position: record.position, reports: Arc::clone(&self.reports) });
            let mut message = BaseRecord::with_opaque_to(&record.topic, report).key(&record.key).payload(&record.value);
            (message.timestamp, message.headers) = (record.at, headers.clone());
            // Before, as its report may come at once.
            self.reports.sent();
            let Err((error, _)) = producer.send(message) else {
                (self.sent, was_empty) = (self.sent + 1, false);
                continue;
            };
            self.reports.not_sent();
            let is_full = matches!(error, Failure::MessageProduction(RDKafkaErrorCode::QueueFull));
            if !is_full || was_empty {
                self.reports.unsent(record.position, error);
                (self.sent, was_empty) = (self.sent + 1, false);
            } else if producer.in_flight_count() == 0 {
                was_empty = true;
            } else {
                tokio::select! {
                    biased;
                    () = self.reports.one() => {}
                    () = sleep(LOOK_EVERY) => {}
                }
            }
        }
        self.reports.all().await;
    }

    /// Judges what has come back; it is called when the fate of all that were sent is known. Says whether some have to be sent
    /// again, each in a set of its own, since a broker refused the set that they were in, and that may be for a neighbour.
    pub(super) fn judge(&mut self) -> bool {
        let mut again = Vec::new();
        for failed in self.reports.take_failed() {
            let Failed { position, error, is_of_set } = failed;
            match Verdict::of(&error) {
                Verdict::Passes => self.unsent.push((position, error)),
                Verdict::OfSet if is_of_set && !self.is_each_alone => again.push(position),
                Verdict::OfSet | Verdict::Final => {
                    self.refused.add(position, &self.batch[position].name, crate::KafkaError::of(&error));
                }
            }
        }
        if again.is_empty() {
            return false;
        }
        again.sort_unstable();
        self.records.retain(|record| again.binary_search(&record.position).is_ok());
        (self.sent, self.is_each_alone) = (0, true);
        true
    }

    /// Whether they are sent each in a set of its own.
    pub(super) fn is_each_alone(&self) -> bool {
        self.is_each_alone
    }

    /// What the write comes to, when all are judged; `last` is what the client said was wrong last.
    pub(super) fn into_result(self, last: &str) -> Result<(), WriteError> {
        let Self { batch, refused, unsent, .. } = self;
        let Some((_, first)) = unsent.first() else { return refused.into_result(batch.len()) };
        let words = crate::KafkaError::of(first);
        let cause = if last.is_empty() { words.to_string() } else { format!("{words}; last {last:?}") };
        Err(refused.with_unsent(unsent.into_iter().map(|(position, _)| position), cause.into()))
    }
}

/// The line of an element, without its end.
async fn line(element: &MElement) -> Result<String, String> {
    let mut lines = JsonLines::new(Vec::new());
    if let Err(error) = lines.write(std::slice::from_ref(element)).await {
        let source = std::error::Error::source(&error);
        return Err(source.map_or_else(|| error.to_string(), ToString::to_string));
    }
    let mut line = lines.into_inner();
    line.pop();
    String::from_utf8(line).map_err(|error| error.to_string())
}

/// The time of a message. For librdkafka 0 is now, and brokers take nothing before.
fn millis(element: &MElement) -> Option<i64> {
    Some(element.at.as_nanos().div_euclid(1_000_000)).filter(|millis| *millis > 0)
}
