//! [`Shards`]: those of all threads that send to a stream.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::owned::owned;
use super::ranks::Ranks;
use super::slot::Slot;
use super::{Cell, Cells, Found, Gate, Key, Owned};
use crate::agg::AggsState;

/// What a thread has of a stream.
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) cells: Owned<Cells<AggsState>>,
    gate: Arc<Gate>,
    /// How many values the thread has ever been let take without asking; those of them that it has not taken are its turns. Locked, as
    /// the two change together.
    granted: Mutex<u64>,
    /// Whether the turns that it has are no more its own. Until it gets others it gets no pass for them.
    recalled: AtomicBool,
    pub(crate) answer: Answer,
    /// Whether its thread has ended, or has let go of the stream. It may be on its last way still, but gets no more passes.
    ended: AtomicBool,
}

/// What came of a value that went through the stream's lock, as the operator can't return it: left by the shard's thread for
/// itself, further up its stack, so nothing in it orders anything.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// 0 if there is none.
    key: AtomicU64,
    first_key: AtomicU64,
}

impl Answer {
    /// The value is in the shard, here.
    pub(crate) fn leave(&self, found: Found) {
        self.key.store(found.key, Ordering::Relaxed);
        self.first_key.store(found.first_key, Ordering::Relaxed);
    }

    /// Where in the shard the value is, if it is there. There is no answer any more then.
    pub(crate) fn take(&self) -> Option<Found> {
        let (key, first_key) = (self.key.load(Ordering::Relaxed), self.first_key.load(Ordering::Relaxed));
        self.key.store(0, Ordering::Relaxed);
        (key > 0).then_some(Found { key, first_key })
    }
}

impl Shard {
    /// How many values it has taken without asking. It only grows.
    fn taken(&self) -> u64 {
        let granted = self.granted();
        *granted - self.cells.turns()
    }

    /// How many it may still take. It only gets less, until it is given others.
    pub(crate) fn left(&self) -> u64 {
        if self.recalled.load(Ordering::Relaxed) { 0 } else { self.cells.turns() }
    }

    /// Lets it take so many more, in place of those that it had left, if this is its thread, and isn't at it; says whether it may.
    pub(crate) fn let_take(&self, more: u64) -> bool {
        let mut granted = self.granted();
        let taken = *granted - self.cells.turns();
        let may = self.cells.set_turns(more);
        if may {
            *granted = taken + more;
            self.recalled.store(false, Ordering::Relaxed);
        }
        may
    }

    /// Lets it take no more, after a drain; gives how many it had left. Only under the stream's lock.
    pub(crate) fn recall(&self) -> u64 {
        let left = self.left();
        self.recalled.store(true, Ordering::Relaxed);
        left
    }

    fn granted(&self) -> MutexGuard<'_, u64> {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner)
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
    pub(crate) ranks: Ranks,
    slot: Slot,
    all: Mutex<All>,
    /// How many there are.
    count: AtomicUsize,
    rooms: Mutex<Vec<Room>>,
}

/// What a window's cells were in, empty.
type Room = Vec<Cell<AggsState>>;

/// A room for more cells is not kept: the allocator gets its memory from the system and gives it back as fast.
const LARGEST_ROOM: usize = 1 << 14;

#[derive(Debug, Default)]
struct All {
    shards: Vec<Arc<Shard>>,
    /// How many values those took that are no more.
    taken: u64,
}

impl Shards {
    /// None yet, for so many series in a window, and the key to them.
    pub(crate) fn new(max_series: NonZeroUsize) -> (Arc<Self>, Key) {
        let (gate, key) = Key::new();
        let (all, count, rooms) = (Mutex::default(), AtomicUsize::new(0), Mutex::default());
        (
            Arc::new(Self { gate, ranks: Ranks::new(max_series.get() as u64), slot: Slot::take(), all, count, rooms }),
            key,
        )
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
            granted: Mutex::default(),
            recalled: AtomicBool::new(false),
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
        self.rooms().truncate(shards.len());
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

    /// A room that a window has left.
    pub(crate) fn room(&self) -> Room {
        self.rooms().pop().unwrap_or_default()
    }

    /// Keeps what a window was in, of which it used so much, for another, if that is worth it: at most one for each thread that sends.
    pub(crate) fn keep_room(&self, mut room: Room, used: usize) {
        room.clear();
        if room.capacity() <= LARGEST_ROOM.min(4 * used) && !self.gate.is_closed() {
            let mut rooms = self.rooms();
            rooms.push(room);
            rooms.truncate(self.len());
        }
    }

    fn rooms(&self) -> MutexGuard<'_, Vec<Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
