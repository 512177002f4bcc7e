//! [`Home`]: where a bound sender's series is.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::agg::AggsState;
use crate::shard::Shard;

/// The place of a series in the shard of the thread that was the first to send.
#[derive(Debug, Default)]
pub(super) struct Home {
    shard: OnceLock<Arc<Shard>>,
    /// The shard's window in which the place was found; it is good for no other. Only the shard's thread uses the two.
    window: AtomicU64,
    place: AtomicU32,
}

impl Home {
    /// Takes a value in, if this is the thread's home and it may; says whether it has.
    #[inline]
    pub(super) fn step(&self, step: impl FnOnce(&mut AggsState)) -> bool {
        let Some(shard) = self.shard.get() else { return false };
        let (window, place) = (self.window.load(Ordering::Relaxed), self.place.load(Ordering::Relaxed));
        shard.step(|cells| cells.found(window, place), step)
    }

    /// Keeps the place, if the shard is the one.
    pub(super) fn remember(&self, shard: &Arc<Shard>, window: u64, place: u32) {
        if Arc::ptr_eq(self.shard.get_or_init(|| Arc::clone(shard)), shard) {
            self.place.store(place, Ordering::Relaxed);
            self.window.store(window, Ordering::Relaxed);
        }
    }
}
