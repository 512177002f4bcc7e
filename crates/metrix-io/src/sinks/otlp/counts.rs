//! [`OtlpCounts`]: what a sink has seen so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What an [`Otlp`](super::Otlp) has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::sinks::otlp::{Otlp, Protocol};
///
/// let sink = Otlp::new(Protocol::Grpc.url(), Protocol::Grpc)?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.requests()), (0, 0));
/// assert_eq!((counts.rejected(), counts.warnings(), counts.unreadable(), counts.merged_tags()), (0, 0, 0, 0));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Debug, Default)]
pub struct OtlpCounts {
    connections: Arc<AtomicU64>,
    requests: AtomicU64,
    rejected: AtomicU64,
    warnings: AtomicU64,
    unreadable: AtomicU64,
    merged_tags: AtomicU64,
}

impl OtlpCounts {
    /// Connections made; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Requests that were answered, whatever the answer.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Elements that a server has rejected while it took others of the same request. Its first words are logged.
    pub fn rejected(&self) -> u64 {
        self.rejected.load(Ordering::Relaxed)
    }

    /// Requests that were taken as a whole, and warned of. The words of the first are logged.
    pub fn warnings(&self) -> u64 {
        self.warnings.load(Ordering::Relaxed)
    }

    /// Answers that say that a request was taken, and can't be read otherwise: whether points were rejected is not known. The first is
    /// logged.
    pub fn unreadable(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    /// Tags left out, because they lack a name and the element has one that is called `_`. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    pub(super) fn connection_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.connections)
    }

    pub(super) fn answered(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn rejects(&self, elements: u64, words: &str) {
        if elements > 0 && self.rejected.fetch_add(elements, Ordering::Relaxed) == 0 {
            tracing::warn!("the server has rejected {elements} points, and says: {words:?}; further ones are counted");
        }
    }

    pub(super) fn not_read(&self) {
        if self.unreadable.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!("the server has taken a request, and its answer can't be read; further ones are counted");
        }
    }

    pub(super) fn warned(&self, words: &str) {
        if self.warnings.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::warn!("the server has taken all, and says: {words:?}; further warnings are counted");
        }
    }

    pub(super) fn merged(&self, tags: u64) {
        if tags > 0 && self.merged_tags.fetch_add(tags, Ordering::Relaxed) == 0 {
            tracing::warn!("a tag has no name, and another is called `_`, which wins; further ones are counted");
        }
    }
}
