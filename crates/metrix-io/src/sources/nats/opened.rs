//! [`Opened`]: what is known when a connection has been made.

use std::time::Duration;

use super::reader::Reader;
use super::record::Record;

/// What is known when a connection has been made, and the stream and the consumer have been found.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) reader: Reader,
    /// The last sequence that the consumer has delivered to anybody.
    pub(super) delivered: u64,
    /// All up to this one are acknowledged.
    pub(super) floor: u64,
    pub(super) max_ack_pending: usize,
    pub(super) ack_wait: Duration,
    /// What was stored last, if it is of this stream and this consumer.
    pub(super) record: Option<Record>,
}
