//! [`KafkaEvent`]: what a source of Kafka gives.

use std::fmt;
use std::sync::Arc;

use metrix::Timestamp;
use rdkafka::Message as _;
use rdkafka::message::{BorrowedMessage, Headers as _};

/// A partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KafkaPartition {
    /// The topic.
    pub topic: Arc<str>,
    /// The number of the partition in it, from 0.
    pub number: i32,
}

/// What a [source](super::KafkaSource) gives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum KafkaEvent {
    /// This member of the group reads a partition from now on.
    Assigned(KafkaAssignment),
    /// It doesn't read these any more. Those that go together are told together, as they may come back together.
    Revoked(Vec<KafkaPartition>),
    /// A message; the next one of its partition comes when this one is released.
    Message(KafkaMessage),
    /// All messages of a partition have been given for now.
    End(KafkaPartition),
}

/// A partition that has been assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaAssignment {
    /// Which one.
    pub partition: KafkaPartition,
    /// The offset that has been committed for it.
    pub committed: Option<i64>,
    /// The text that has been committed with the offset; empty where there is none.
    pub metadata: String,
    /// Whether it goes on after the last message that this source has released, and not at the committed offset.
    pub goes_on: bool,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaMessage {
    /// Where it stands.
    pub partition: KafkaPartition,
    /// Its place there.
    pub offset: i64,
    /// What it is about, if it says so.
    pub key: Option<Vec<u8>>,
    /// What it says; empty for a tombstone.
    pub payload: Vec<u8>,
    /// When it was made or written, in whole milliseconds.
    pub timestamp: Option<Timestamp>,
    /// Names and values, in order. A name may come several times.
    pub headers: Vec<(String, Vec<u8>)>,
}

/// What is to be committed for a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KafkaCommit {
    /// Which one.
    pub partition: KafkaPartition,
    /// The offset of the next message to be read.
    pub offset: i64,
    /// Comes back with the next assignment. Brokers allow up to [so many bytes](Self::LONGEST_METADATA), unless told otherwise.
    pub metadata: String,
}

impl KafkaCommit {
    /// The longest text, in bytes, that a broker keeps with an offset, unless its `offset.metadata.max.bytes` says otherwise.
    pub const LONGEST_METADATA: usize = 4096;
}

impl KafkaMessage {
    /// A message without key, time and headers, as for tests of what reads them.
    pub fn new(partition: KafkaPartition, offset: i64, payload: impl Into<Vec<u8>>) -> Self {
        Self { partition, offset, key: None, payload: payload.into(), timestamp: None, headers: Vec::new() }
    }

    pub(super) fn of(message: &BorrowedMessage<'_>, partition: &KafkaPartition) -> Self {
        let header = |(name, value): (&str, Option<&[u8]>)| (name.to_owned(), value.unwrap_or_default().to_vec());
        let headers = message.headers().map(|headers| headers.iter().map(|one| header((one.key, one.value))).collect());
        Self {
            partition: partition.clone(),
            offset: message.offset(),
            key: message.key().map(<[u8]>::to_vec),
            payload: message.payload().unwrap_or_default().to_vec(),
            timestamp: message.timestamp().to_millis().filter(|millis| *millis >= 0).and_then(at),
            headers: headers.unwrap_or_default(),
        }
    }
}

/// A broker can have any number; one that is beyond our time is none.
fn at(millis: i64) -> Option<Timestamp> {
    millis.checked_mul(1_000_000).map(Timestamp::from_nanos)
}

/// As in `requests[3]`.
impl fmt::Display for KafkaPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.topic, self.number)
    }
}
