//! [`Mine`]: what this thread has of a stream.

use std::cell::RefCell;
use std::sync::Arc;

use metrix_core::Timestamp;

use super::index::Index;
use super::{Cell, Ranks, Shard, Shards};
use crate::agg::AggsState;

/// This thread's shard of a stream, and where in it the series are.
pub(crate) struct Mine {
    pub(crate) shard: Arc<Shard>,
    pub(crate) index: Index,
    /// The address of the stream's gate, which the shard keeps alive.
    stream: usize,
}

impl Mine {
    /// Takes a value into the state of a series that has come in this window, if the thread may; gives the key of its place.
    #[inline(always)]
    pub(crate) fn step(&self, number: u32, at: Option<Timestamp>, step: impl FnOnce(&mut AggsState)) -> Option<u64> {
        let key = self.index.key(number);
        let mut visit = self.shard.cells.enter()?;
        step(visit.state().found(key)?);
        let left = visit.turns_after();
        visit.state().set_at(at, left);
        visit.end(true).then_some(key)
    }

    /// Takes the first value in this window of a series, if the thread may, and there are not too many: `first` makes the state with
    /// that value. Gives the key of its place.
    pub(crate) fn come(
        &mut self,
        number: u32,
        at: Option<Timestamp>,
        ranks: &Ranks,
        first: impl FnOnce() -> AggsState,
    ) -> Option<u64> {
        let mut visit = self.shard.cells.enter()?;
        let rank = ranks.take_free()?;
        let cell = Cell { state: first(), tags: self.index.tags(number).clone(), rank };
        let (found, _) = visit.state().come(cell);
        let left = visit.turns_after();
        visit.state().set_at(at, left);
        visit.end(true);
        self.index.came(number, found);
        Some(found.key)
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        self.shard.end();
    }
}

thread_local! {
    /// By the streams' slots.
    static ALL: RefCell<Vec<Option<Mine>>> = const { RefCell::new(Vec::new()) };
}

/// Goes to what this thread has of a stream, if it has something. Nothing comes of it where the thread is there already, or
/// ends.
#[inline]
pub(crate) fn with_mine<R>(shards: &Shards, f: impl FnOnce(&mut Mine) -> R) -> Option<R> {
    let in_all = |all: &RefCell<Vec<Option<Mine>>>| {
        let mut all = all.try_borrow_mut().ok()?;
        let mine = all.get_mut(shards.slot())?.as_mut()?;
        // The slot may have been that of another stream before.
        (mine.stream == shards.address()).then(|| f(mine))
    };
    ALL.try_with(in_all).ok().flatten()
}

/// As [`with_mine`], but makes a shard for this thread if it has none.
pub(crate) fn with_mine_made<R>(shards: &Shards, f: impl FnOnce(&mut Mine) -> R) -> Option<R> {
    let in_all = |all: &RefCell<Vec<Option<Mine>>>| {
        let mut all = all.try_borrow_mut().ok()?;
        let (slot, stream) = (shards.slot(), shards.address());
        let has = all.get(slot).is_some_and(|mine| mine.as_ref().is_some_and(|mine| mine.stream == stream));
        if !has {
            // A good time to let go of streams that are no more.
            let is_over = |mine: &Option<Mine>| mine.as_ref().is_some_and(|mine| mine.shard.is_closed());
            all.iter_mut().filter(|mine| is_over(mine)).for_each(|mine| *mine = None);
            let len = all.len().max(slot + 1);
            all.resize_with(len, || None);
            all[slot] = Some(Mine { shard: shards.add(), index: Index::default(), stream });
        }
        all[slot].as_mut().map(f)
    };
    ALL.try_with(in_all).ok().flatten()
}
