//! [`Shards`]: those of all threads that send to a stream.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::owned::owned;
use super::slot::Slot;
use super::{Cells, Gate, Key, Owned};
use crate::agg::AggsState;

/// What a thread has of a stream.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) cells: Owned<Cells<AggsState>>,
    gate: Arc<Gate>,
    /// How many values the thread has taken without asking: only more, and only by its owner.
    taken: AtomicU64,
    /// How many it may have taken before it asks.
    until: AtomicU64,
    pub(crate) answer: Answer,
    /// Whether its thread has ended, or has let go of the stream. It may be on its last way still, but gets no more passes.
    ended: AtomicBool,
}

/// What came of a value that went through the stream's lock, as the operator can't return it: left by the shard's thread for
/// itself, further up its stack, so nothing in it orders anything.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// Whether it is in the shard.
    came: AtomicBool,
    any_idle: AtomicBool,
    idle: Mutex<Vec<u32>>,
}

impl Answer {
    /// The value is in the shard; `idle` are places whose series may be forgotten.
    pub(crate) fn leave(&self, idle: impl ExactSizeIterator<Item = u32>) {
        self.came.store(true, Ordering::Relaxed);
        if idle.len() > 0 {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(idle);
            self.any_idle.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the value is in the shard. There is no answer any more then.
    pub(crate) fn take(&self) -> bool {
        let came = self.came.load(Ordering::Relaxed);
        self.came.store(false, Ordering::Relaxed);
        came
    }

    /// The places whose series may be forgotten.
    pub(crate) fn take_idle(&self) -> Vec<u32> {
        if !self.any_idle.load(Ordering::Relaxed) {
            return Vec::new();
        }
        self.any_idle.store(false, Ordering::Relaxed);
        std::mem::take(&mut self.idle.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shard {
    /// Takes a value into the state that `find` finds, if the thread may and `step` says that it has; says whether it has. `find` is told
    /// how many values the thread has taken then.
    #[inline(always)]
    pub(crate) fn step(
        &self,
        find: impl FnOnce(&mut Cells<AggsState>, u64) -> Option<&mut AggsState>,
        step: impl FnOnce(&mut AggsState) -> bool,
    ) -> bool {
        let entered = self.cells.enter(|cells| {
            let taken = self.taken();
            if taken == self.until.load(Ordering::Relaxed) {
                return false;
            }
            let taken = taken + 1;
            let Some(state) = find(cells, taken) else { return false };
            if !step(state) {
                return false;
            }
            self.taken.store(taken, Ordering::Relaxed);
            true
        });
        entered == Some(true)
    }

    /// How many values it has taken without asking.
    #[inline]
    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// How many it may still take. It only gets less, until it is given others.
    pub(crate) fn left(&self) -> u64 {
        // The two are read one after the other, while the owner goes on.
        self.until.load(Ordering::Relaxed).saturating_sub(self.taken())
    }

    /// Lets it take so many more, in place of those that it had left, which are given. Only for its owner, or after a drain.
    pub(crate) fn set_left(&self, left: u64) -> u64 {
        let (taken, before) = (self.taken(), self.until.load(Ordering::Relaxed));
        self.until.store(taken + left, Ordering::Relaxed);
        before - taken
    }

    /// Its thread needs it no more.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// Whether the stream takes nothing any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.gate.is_closed()
    }
}

/// The shards of a stream.
#[derive(Debug)]
pub(crate) struct Shards {
    gate: Arc<Gate>,
    slot: Slot,
    all: Mutex<All>,
    /// How many there are.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct All {
    shards: Vec<Arc<Shard>>,
    /// How many values those took that are no more.
    taken: u64,
}

impl Shards {
    /// None yet, and the key to them.
    pub(crate) fn new() -> (Arc<Self>, Key) {
        let (gate, key) = Key::new();
        let (all, count) = (Mutex::default(), AtomicUsize::new(0));
        (Arc::new(Self { gate, slot: Slot::take(), all, count }), key)
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Tells streams apart as long as one of their shards is there.
    #[inline]
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.gate).addr()
    }

    /// Where threads keep what they have of the stream.
    #[inline]
    pub(super) fn slot(&self) -> usize {
        self.slot.number()
    }

    /// A shard for this thread.
    pub(super) fn add(&self) -> Arc<Shard> {
        let shard = Arc::new(Shard {
            cells: owned(&self.gate, Cells::new()),
            gate: Arc::clone(&self.gate),
            taken: AtomicU64::new(0),
            until: AtomicU64::new(0),
            answer: Answer::default(),
            ended: AtomicBool::new(false),
        });
        let mut all = self.lock();
        all.shards.push(Arc::clone(&shard));
        self.count.store(all.shards.len(), Ordering::Relaxed);
        drop(all);
        shard
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<Arc<Shard>> {
        self.lock().shards.clone()
    }

    /// Those of threads that have ended.
    pub(crate) fn ended(&self) -> Vec<Arc<Shard>> {
        self.lock().shards.iter().filter(|shard| shard.ended.load(Ordering::Acquire)).cloned().collect()
    }

    /// Lets go of some, which have been drained.
    pub(crate) fn forget(&self, some: &[Arc<Shard>]) {
        let All { shards, taken } = &mut *self.lock();
        shards.retain(|shard| !some.iter().any(|other| Arc::ptr_eq(shard, other)));
        *taken += some.iter().map(|shard| shard.taken()).sum::<u64>();
        self.count.store(shards.len(), Ordering::Relaxed);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// How many values all of them may still take.
    pub(crate) fn left(&self) -> u64 {
        self.lock().shards.iter().map(|shard| shard.left()).sum()
    }

    /// How many values threads have taken without asking. It only grows.
    pub(crate) fn taken(&self) -> u64 {
        let all = self.lock();
        all.taken + all.shards.iter().map(|shard| shard.taken()).sum::<u64>()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
