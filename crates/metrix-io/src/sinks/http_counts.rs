//! [`HttpCounts`]: what a sink that posts has seen so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a sink that posts to a server has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// # #[cfg(feature = "influx")] {
/// use metrix_io::sinks::influx::Influx;
///
/// let sink = Influx::v1("http://127.0.0.1:8086", "metrics")?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.requests(), counts.merged_tags(), counts.collisions()), (0, 0, 0, 0));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct HttpCounts {
    connections: Arc<AtomicU64>,
    requests: AtomicU64,
    merged_tags: AtomicU64,
    collisions: AtomicU64,
}

impl HttpCounts {
    /// Connections made, or over UDP sockets opened; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests that were answered, whatever the answer, or datagrams that were sent.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are sanitised. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    /// Elements left out by a sink that sends each sample once, because a later one of the batch has the same series and time once both
    /// are sanitised. The first is logged.
    pub fn collisions(&self) -> u64 {
        self.collisions.load(Ordering::Relaxed)
    }

    /// What counts connections.
    pub(super) fn connection_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.connections)
    }

    pub(super) fn answered(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn merged(&self, tags: usize, name: &str) {
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!(?name, "tags have equal names once sanitised, the last one wins; further ones are counted");
        }
    }

    #[cfg(feature = "remote_write")]
    pub(super) fn collided(&self, elements: usize) {
        if elements > 0 && self.collisions.fetch_add(elements as u64, Ordering::Relaxed) == 0 {
            tracing::warn!("elements are one sample once sanitised, the last one wins; further ones are counted");
        }
    }
}

/// Over UDP.
#[cfg(feature = "influx")]
impl super::wire::Notes for HttpCounts {
    fn note_connection(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    fn note_sent(&self, _bytes: usize) {
        self.answered();
    }
}
