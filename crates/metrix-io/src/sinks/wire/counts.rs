//! [`WireCounts`]: what a sink has seen so far.

use std::sync::atomic::{AtomicU64, Ordering};

use super::notes::Notes;

/// What a sink of a protocol of lines has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// # #[cfg(feature = "statsd")] {
/// use metrix_io::sinks::statsd::StatsD;
///
/// let sink = StatsD::udp("127.0.0.1:8125")?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.sent(), counts.resent(), counts.merged_tags()), (0, 0, 0, 0));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct WireCounts {
    connections: AtomicU64,
    sent: AtomicU64,
    resent: AtomicU64,
    merged_tags: AtomicU64,
}

impl WireCounts {
    /// Connections made, or sockets opened; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Bytes that the system has taken.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Bytes of writes that had returned `Ok` and were sent again, as the connection broke soon after.
    pub fn resent(&self) -> u64 {
        self.resent.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are cleaned. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    pub(super) fn merge(&self, tags: usize, name: &str) {
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!(?name, "tags have equal names once cleaned, the last one wins; further ones are counted");
        }
    }
}

impl Notes for WireCounts {
    fn note_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    fn note_sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn note_resent(&self, bytes: usize) {
        self.resent.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
