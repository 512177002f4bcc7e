//! [`Home`]: where a bound sender's series is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::agg::AggsState;
use crate::shard::Shard;

/// The place of a series in the shard of the thread that was the first to send.
///
/// There is one way to it for plain values, which stand for themselves and go into nothing but numbers, and one for all others. A
/// sender's values are all of one kind, so only one way is ever open, and none has to ask which it is.
#[derive(Debug, Default)]
pub(super) struct Home {
    plain: OnceLock<Arc<Shard>>,
    other: OnceLock<Arc<Shard>>,
    /// The place's key, in the window in which it was found. Only the shard's thread uses it.
    key: AtomicU64,
}

impl Home {
    /// Takes a plain value in, if this is the thread's home and it may, and `step` says that it has; says whether it has.
    #[inline(always)]
    pub(super) fn step_plain(&self, step: impl FnOnce(&mut AggsState) -> bool) -> bool {
        self.step(&self.plain, step)
    }

    /// Takes another value in, likewise.
    #[inline(always)]
    pub(super) fn step_other(&self, step: impl FnOnce(&mut AggsState) -> bool) -> bool {
        self.step(&self.other, step)
    }

    #[inline(always)]
    fn step(&self, shard: &OnceLock<Arc<Shard>>, step: impl FnOnce(&mut AggsState) -> bool) -> bool {
        let Some(shard) = shard.get() else { return false };
        let key = self.key.load(Ordering::Relaxed);
        shard.step(|cells, _| Some(((), cells.found(key)?)), step).is_some()
    }

    /// Keeps the key of the place, if the shard is the one; says whether it is.
    pub(super) fn remember(&self, shard: &Arc<Shard>, key: u64, is_plain: bool) -> bool {
        let way = if is_plain { &self.plain } else { &self.other };
        let is_home = Arc::ptr_eq(way.get_or_init(|| Arc::clone(shard)), shard);
        if is_home {
            self.key.store(key, Ordering::Relaxed);
        }
        is_home
    }
}
