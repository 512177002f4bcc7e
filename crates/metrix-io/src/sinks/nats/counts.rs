//! [`NatsCounts`]: what a sink has seen so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a [`Nats`](super::Nats) sink has seen so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::{NatsServer, sinks::nats::Nats};
///
/// let counts = Nats::new(NatsServer::new("nats://127.0.0.1")?).counts();
/// assert_eq!((counts.connections(), counts.published(), counts.duplicates()), (0, 0, 0));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Debug, Default)]
pub struct NatsCounts {
    connections: AtomicU64,
    published: AtomicU64,
    duplicates: AtomicU64,
}

impl NatsCounts {
    /// Connections made; more than one says that others were lost.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Messages that were acknowledged.
    pub fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Those of them that JetStream had already, and dropped.
    pub fn duplicates(&self) -> u64 {
        self.duplicates.load(Ordering::Relaxed)
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn acknowledged(&self, is_duplicate: bool) {
        self.published.fetch_add(1, Ordering::Relaxed);
        self.duplicates.fetch_add(u64::from(is_duplicate), Ordering::Relaxed);
    }
}
