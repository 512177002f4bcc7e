//! [`Home`]: where a bound sender's series is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::agg::AggsState;
use crate::shard::{Cells, Shard, Visit};

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

/// The place of a series, while its thread is there.
pub(super) struct Place<'a> {
    visit: Visit<'a, Cells<AggsState>>,
    key: u64,
}

impl Place<'_> {
    /// What is there, if the series has come in this window.
    #[inline(always)]
    pub(super) fn state(&mut self) -> Option<&mut AggsState> {
        self.visit.state().found(self.key)
    }

    /// Leaves it; says whether it has taken a value, as it is told.
    #[inline(always)]
    pub(super) fn leave(self, is_taken: bool) -> bool {
        self.visit.end(is_taken)
    }
}

impl Home {
    /// Goes to the place for a plain value, if this is the thread's home and it may.
    #[inline(always)]
    pub(super) fn plain(&self) -> Option<Place<'_>> {
        self.enter(&self.plain)
    }

    /// Goes there for another value, likewise.
    #[inline(always)]
    pub(super) fn other(&self) -> Option<Place<'_>> {
        self.enter(&self.other)
    }

    #[inline(always)]
    fn enter<'a>(&self, shard: &'a OnceLock<Arc<Shard>>) -> Option<Place<'a>> {
        let visit = shard.get()?.cells.enter()?;
        Some(Place { visit, key: self.key.load(Ordering::Relaxed) })
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
