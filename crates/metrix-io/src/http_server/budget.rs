//! [`Budget`]: memory that all share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many bytes for all together.
#[derive(Debug)]
pub(super) struct Budget {
    left: AtomicUsize,
}

/// Some of them, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    of: Arc<Budget>,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(bytes) })
    }

    pub(super) fn lease(self: &Arc<Self>) -> Lease {
        Lease { of: Arc::clone(self), bytes: 0 }
    }
}

impl Lease {
    /// Takes so many more, and tells whether they were there.
    pub(super) fn grow(&mut self, bytes: usize) -> bool {
        let take = |left: usize| left.checked_sub(bytes);
        let is_there = self.of.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok();
        if is_there {
            self.bytes += bytes;
        }
        is_there
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.of.left.fetch_add(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_given_than_there_is() {
        let budget = Budget::new(10);
        let (mut one, mut other) = (budget.lease(), budget.lease());
        assert!(one.grow(6) && !other.grow(5) && other.grow(4) && !one.grow(1));
        drop(one);
        assert!(other.grow(6) && !other.grow(1));
    }
}
