//! [`Records`]: the messages of a batch.

use std::sync::Arc;

use metrix::sink::JsonLines;
use metrix::{MElement, Sink, WriteError};
use rdkafka::error::{KafkaError as Failure, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use super::Producer;
use super::key::key;
use super::reports::{Report, Reports};
use super::topic::TopicName;
use super::verdict::is_final;
use crate::sinks::refused::Refused;

/// The messages of a batch, of which some may be on their way.
#[derive(Debug)]
pub(super) struct Records {
    batch: Vec<MElement>,
    records: Vec<Record>,
    /// How many of them have been sent.
    sent: usize,
    refused: Refused,
    reports: Arc<Reports>,
}

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
        Self { batch: batch.to_vec(), records, sent: 0, refused, reports: Arc::default() }
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
        while let Some(record) = self.records.get(self.sent) {
            let report = Box::new(Report { position: record.position, reports: Arc::clone(&self.reports) });
            let mut message = BaseRecord::with_opaque_to(&record.topic, report).key(&record.key).payload(&record.value);
            (message.timestamp, message.headers) = (record.at, headers.clone());
            // Before, as its report may come at once.
            self.reports.sent();
            let full = match producer.send(message) {
                Ok(()) => false,
                Err((error, _)) => {
                    self.reports.not_sent();
                    let is_full = matches!(error, Failure::MessageProduction(RDKafkaErrorCode::QueueFull));
                    if !is_full || self.reports.is_idle() {
                        self.reports.unsent(record.position, error);
                    }
                    is_full && !self.reports.is_idle()
                }
            };
            if full {
                self.reports.one().await;
            } else {
                self.sent += 1;
            }
        }
        self.reports.all().await;
    }

    /// What the write comes to; `last` is what the client said was wrong last.
    pub(super) fn into_result(self, last: &str) -> Result<(), WriteError> {
        let Self { batch, mut refused, reports, .. } = self;
        let (mut unsent, mut cause) = (Vec::new(), String::new());
        for (position, failure) in reports.take_failed() {
            let words = crate::KafkaError::of(&failure);
            if is_final(&failure) {
                refused.add(position, &batch[position].name, words);
                continue;
            }
            if unsent.is_empty() {
                cause = if last.is_empty() { words.to_string() } else { format!("{words}; last {last:?}") };
            }
            unsent.push(position);
        }
        match unsent.len() {
            0 => refused.into_result(batch.len()),
            _ => Err(refused.with_unsent(unsent.into_iter(), cause.into())),
        }
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
