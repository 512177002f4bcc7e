//! [`NatsStats`]: what a source has seen so far.

/// What a [`NatsSource`](super::NatsSource) has seen so far.
///
/// ```
/// use metrix_io::{NatsServer, sources::nats::{NatsSource, NatsStats}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let source = NatsSource::new(NatsServer::new("nats://127.0.0.1")?, "METRICS", "metrix")?;
/// assert_eq!(source.stats(), NatsStats::default());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NatsStats {
    /// Connections made; more than one says that others were lost.
    pub connections: u64,
    /// Messages that were handed out.
    pub messages: u64,
    /// Those of them that had been delivered to a connection or a process that was lost, and were read from the stream.
    pub replayed: u64,
    /// Deliveries of messages that are held or settled, which were not handed out.
    pub redelivered: u64,
    /// Messages that nobody could read.
    pub rejected: u64,
    /// Messages that are held now.
    pub held: u64,
    /// Whether so many are held that no more are delivered, until some are settled.
    pub is_full: bool,
}
