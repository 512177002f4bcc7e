//! [`KafkaSourceStats`]: what a source has seen so far.

/// What a source has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaSourceStats {
    /// Messages that it gave.
    pub messages: u64,
    /// Errors after which it goes on, such as a broker that is away, or a topic that is not there yet.
    pub troubles: u64,
    /// How often a partition came or went.
    pub rebalances: u64,
}
