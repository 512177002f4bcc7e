//! [`Opened`]: what is known when a connection has been made.

use std::time::Duration;

use super::reader::Reader;
use super::record::Record;

/// What is known when a connection has been made, and the stream and the consumer have been found.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) reader: Reader,
    /// The last sequence of the stream.
    pub(super) last: u64,
    /// The last sequence that the consumer has delivered to anybody.
    pub(super) delivered: u64,
    /// All up to this one are acknowledged.
    pub(super) floor: u64,
    pub(super) max_ack_pending: usize,
    pub(super) ack_wait: Duration,
    /// What was stored last, if it is of this stream and this consumer.
    pub(super) record: Option<Record>,
    /// What would be the next message by what was stored, and which one is the last, if that is before it.
    pub(super) lost_end: Option<(u64, u64)>,
    /// In what the consumer isn't as it was told to be, and the mend.
    pub(super) differing: Option<String>,
}
