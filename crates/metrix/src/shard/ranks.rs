//! [`Ranks`]: in which order series come.

use crate::sync::{AtomicU64, Ordering};

/// Gives each series that comes to a thread in a window a number, larger than those before. One that comes to two threads has
/// two, of which the smaller counts.
#[derive(Debug)]
pub(crate) struct Ranks {
    next: AtomicU64,
    /// Those below are to be had without the stream's lock: as many as there may be series in a window.
    free: u64,
}

impl Ranks {
    pub(crate) fn new(free: u64) -> Self {
        Self { next: AtomicU64::new(0), free }
    }

    /// The next, under the stream's lock. Once it is not one of the free, there are none of these until a window begins.
    pub(crate) fn take(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// The next, if it is free. Only for who has a pass, which orders this with what is done under the lock.
    pub(crate) fn take_free(&self) -> Option<u64> {
        // Looked at first, so that the numbers do not run away where there are too many series.
        (self.next.load(Ordering::Relaxed) < self.free).then(|| self.take()).filter(|&rank| self.is_free(rank))
    }

    /// Whether a rank is to be had without the lock.
    pub(crate) fn is_free(&self, rank: u64) -> bool {
        rank < self.free
    }

    /// Begins a window, while nobody has a pass.
    pub(crate) fn begin(&self) {
        self.next.store(0, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_free() {
        let ranks = Ranks::new(3);
        assert_eq!([ranks.take_free(), Some(ranks.take()), ranks.take_free()], [Some(0), Some(1), Some(2)]);
        assert_eq!([ranks.take_free(), Some(ranks.take()), ranks.take_free()], [None, Some(3), None]);
        ranks.begin();
        assert_eq!(ranks.take_free(), Some(0));
    }
}
