//! [`InfluxCounts`]: what a sink has seen so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What an [`Influx`](super::Influx) has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::sinks::influx::Influx;
///
/// let sink = Influx::v1("http://127.0.0.1:8086", "metrics")?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.requests(), counts.merged_tags()), (0, 0, 0));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Debug, Default)]
pub struct InfluxCounts {
    connections: Arc<AtomicU64>,
    requests: AtomicU64,
    merged_tags: AtomicU64,
}

impl InfluxCounts {
    /// Connections made over HTTP; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests that were answered, or datagrams that were sent.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are sanitised. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    /// What counts connections.
    pub(super) fn connection_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.connections)
    }

    pub(super) fn requested(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn merged(&self, tags: usize, name: &str) {
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!(?name, "tags have equal names once sanitised, the last one wins; further ones are counted");
        }
    }
}
