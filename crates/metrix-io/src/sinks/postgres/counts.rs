//! [`PostgresCounts`]: what a sink has seen so far.

use std::sync::atomic::{AtomicU64, Ordering};

use super::rows::Merged;

/// What a [`Postgres`](super::Postgres) has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::sinks::postgres::Postgres;
///
/// let sink = Postgres::new("postgres://metrix@127.0.0.1/metrics")?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.connections(), counts.transactions()), (0, 0));
/// assert_eq!((counts.merged_tags(), counts.merged_elements()), (0, 0));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Debug, Default)]
pub struct PostgresCounts {
    connections: AtomicU64,
    transactions: AtomicU64,
    merged_tags: AtomicU64,
    merged_elements: AtomicU64,
}

impl PostgresCounts {
    /// Connections made; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Transactions that the server has answered, those that failed too.
    pub fn transactions(&self) -> u64 {
        self.transactions.load(Ordering::Relaxed)
    }

    /// Tags left out, because another tag of the element has the same name once both are without NUL. The first is logged.
    pub fn merged_tags(&self) -> u64 {
        self.merged_tags.load(Ordering::Relaxed)
    }

    /// Elements left out, because a later one of the same batch has the same name, tags and times. The first is logged.
    pub fn merged_elements(&self) -> u64 {
        self.merged_elements.load(Ordering::Relaxed)
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn tried(&self) {
        self.transactions.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn merged(&self, Merged { tags, elements }: Merged) {
        if tags > 0 && self.merged_tags.fetch_add(tags as u64, Ordering::Relaxed) == 0 {
            tracing::warn!("tags have equal names without NUL, the last one wins; further ones are counted");
        }
        if elements > 0 && self.merged_elements.fetch_add(elements as u64, Ordering::Relaxed) == 0 {
            tracing::warn!(
                "elements of a batch are of one series and window, the last one wins; further ones are counted"
            );
        }
    }
}
