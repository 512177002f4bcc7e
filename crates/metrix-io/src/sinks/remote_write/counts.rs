//! [`RemoteWriteCounts`]: what a sink has seen so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::rounds::Merged;

/// What a [`RemoteWrite`](super::RemoteWrite) has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::sinks::remote_write::RemoteWrite;
///
/// let sink = RemoteWrite::new("http://127.0.0.1:9090/api/v1/write")?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.requests(), counts.merged_tags(), counts.collisions()), (0, 0, 0, 0));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Debug, Default)]
pub struct RemoteWriteCounts {
    connections: Arc<AtomicU64>,
    requests: AtomicU64,
    merged_tags: AtomicU64,
    collisions: AtomicU64,
}

impl RemoteWriteCounts {
    /// Connections made; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests that were answered, whatever the answer.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are sanitised. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    /// Elements left out, because a later one of the batch has the same series and time once both are sanitised. The first
    /// is logged.
    pub fn collisions(&self) -> u64 {
        self.collisions.load(Ordering::Relaxed)
    }

    pub(super) fn connection_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.connections)
    }

    pub(super) fn answered(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn merged(&self, merged: Merged) {
        let Merged { tags, elements } = merged;
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!("tags have equal names once sanitised, the last one wins; further ones are counted");
        }
        if elements > 0 && self.collisions.fetch_add(elements as u64, Ordering::Relaxed) == 0 {
            tracing::warn!("elements are one sample once sanitised, the last one wins; further ones are counted");
        }
    }
}
