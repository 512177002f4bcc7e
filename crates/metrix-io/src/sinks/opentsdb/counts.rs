//! [`OpenTsdbCounts`]: what a sink has seen so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What an [`OpenTsdb`](super::OpenTsdb) has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::sinks::opentsdb::OpenTsdb;
///
/// let sink = OpenTsdb::telnet("127.0.0.1:4242")?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.replies(), counts.merged_tags()), (0, 0, 0));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Debug, Default)]
pub struct OpenTsdbCounts {
    connections: Arc<AtomicU64>,
    replies: AtomicU64,
    merged_tags: AtomicU64,
}

impl OpenTsdbCounts {
    /// Connections made; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Lines that the server has sent back over telnet, which it does to complain. The first is logged.
    pub fn replies(&self) -> u64 {
        self.replies.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are sanitised. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    /// What counts connections.
    pub(super) fn connection_count(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.connections)
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes what the server has sent, in pieces of any length.
    pub(super) fn heard(&self, piece: &[u8]) {
        let lines = piece.iter().filter(|&&byte| byte == b'\n').count() as u64;
        if self.replies.fetch_add(lines, Ordering::Relaxed) == 0 && lines > 0 {
            let said = String::from_utf8_lossy(piece);
            let line: String = said.lines().next().unwrap_or_default().chars().take(200).collect();
            tracing::warn!(?line, "the opentsdb server complains of what it is sent; further lines are only counted");
        }
    }

    pub(super) fn merged(&self, tags: usize, metric: &str) {
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!(
                ?metric,
                "tags have equal names once sanitised, the last one wins; further ones are counted"
            );
        }
    }
}
