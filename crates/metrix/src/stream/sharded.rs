//! [`Sharded`]: the aggregates of each series, folded by many threads at once.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::{Fold, Timestamp};

use super::measurement::{Measurement, Ticket};
use super::overflow::Overflow;
use super::pipeline::Groups;
use super::series::{Room, Series};
use crate::agg::{AggsState, MergeableAggs};
use crate::shard::{Cells, Key, Shards};

/// How many values a thread takes into a window of time before it looks at the clock again.
pub(super) const A_LOOK: u64 = 512;

/// Folds measurements by their tags. Those that come with a ticket go to the shard of the thread that brings them, which may then go
/// on by itself for some values; what the shards hold is added when a window or batch is finished.
///
/// As the shards belong to the stream and not to a state, only one state at a time may take measurements.
pub(super) struct Sharded {
    aggs: MergeableAggs,
    overflow: Overflow,
    shards: Arc<Shards>,
    key: RefCell<Key>,
    room: RefCell<Room>,
    /// How many shards there may be before those of threads that have ended are looked for.
    most_shards: Cell<usize>,
    /// How many had values in the last window or batch.
    threads: Cell<u64>,
}

/// So many shards are no reason to look for threads that have ended.
const FEW_SHARDS: usize = 16;

impl Sharded {
    pub(super) fn new(aggs: MergeableAggs, overflow: Overflow, shards: Arc<Shards>, key: Key) -> Self {
        Self {
            aggs,
            overflow,
            shards,
            key: RefCell::new(key),
            room: RefCell::default(),
            most_shards: Cell::new(FEW_SHARDS),
            threads: Cell::new(1),
        }
    }

    /// Takes a measurement in, and lets its thread take so many more by itself; gives how many it may.
    pub(super) fn take(&self, series: &mut Series, measurement: Measurement, more: u64) -> u64 {
        let Measurement { value, weight, tags, ticket, .. } = measurement;
        let most = self.overflow.max_series;
        if series.is_empty() {
            series.take_room(self.room.take());
        }
        let (rank, overflowed) = series.rank(tags, most, |tags, there| self.overflow.of(tags, there.iter()));
        if let (Some(ticket), false) = (ticket, overflowed) {
            if let Some(more) = self.take_into(&ticket, rank, value, weight, more) {
                return more;
            }
        }
        let state = series.loose.entry(rank).or_insert_with(|| self.aggs.init());
        self.aggs.step_weighed(state, value, weight);
        0
    }

    /// Takes a value into the shard of this thread, if it is that. Gives how many more the thread may take by itself.
    fn take_into(&self, ticket: &Ticket, rank: u32, value: f64, weight: NonZeroU32, more: u64) -> Option<u64> {
        let Ticket { shard, place } = ticket;
        let mut key = self.key.borrow_mut();
        key.enter_with(&shard.cells, |cells| {
            self.aggs.step_weighed(cells.come(*place, rank, || self.aggs.init()), value, weight);
            cells.take_at(0);
            shard.answer.leave(cells.take_idle(AggsState::empty));
        })?;
        let more = if key.give_pass(&shard.cells) { more } else { 0 };
        shard.set_left(more);
        Some(more)
    }

    /// Takes over what threads have that have ended, if there may be many: a thread a request must not need memory until the
    /// window is over. Gives how many values they were let take and have not taken.
    pub(super) fn sweep(&self, series: &mut Series) -> u64 {
        if self.shards.len() <= self.most_shards.get() {
            return 0;
        }
        let (ended, before) = (self.shards.ended(), self.shards.gate().number());
        self.key.borrow_mut().drain(ended.iter().map(|shard| &shard.cells), |cells| {
            cells.drain(|rank, state| {
                self.aggs.add(series.loose.entry(rank).or_insert_with(AggsState::empty), self.aggs.take(state))
            });
            *cells = Cells::new();
        });
        let left = ended.iter().map(|shard| shard.set_left(0)).sum();
        self.shards.forget(&ended);
        self.shards.gate().open_again(before);
        self.most_shards.set(2 * self.shards.len() + FEW_SHARDS);
        left
    }

    /// How many values threads may still take by themselves.
    pub(super) fn left(&self) -> u64 {
        self.shards.left()
    }

    /// Ends what threads may take by themselves; gives how many they have left.
    pub(super) fn recall(&self) -> u64 {
        let all = self.shards.all();
        self.key.borrow_mut().drain(all.iter().map(|shard| &shard.cells), |_| {});
        let left = all.iter().map(|shard| shard.set_left(0)).sum();
        if left > 0 {
            // Somebody else sends than whoever is here.
            self.threads.set(self.threads.get().max(2));
        }
        left
    }

    /// Lets go of the shards of threads that have ended, once all have been drained.
    fn forget_ended(&self) {
        let ended = self.shards.ended();
        if !ended.is_empty() {
            // Senders may keep the shard for as long as they are there.
            self.key.borrow_mut().drain(ended.iter().map(|shard| &shard.cells), |cells| *cells = Cells::new());
            self.shards.forget(&ended);
        }
        self.most_shards.set(2 * self.shards.len() + FEW_SHARDS);
    }

    /// The time of the last value that a thread has taken by itself since it came here, if it had one. Ends what threads may take.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        let (all, mut last) = (self.shards.all(), None);
        let mut key = self.key.borrow_mut();
        // Of the shard that is drained, not before.
        let mut taken = all.iter().map(|shard| shard.taken());
        key.drain(all.iter().map(|shard| &shard.cells), |cells| {
            last = last.max(cells.take_at(taken.next().unwrap_or(0)))
        });
        last
    }

    /// Opens the gate, where nothing but the measurements themselves ends a batch.
    pub(super) fn open(&self) {
        let gate = self.shards.gate();
        gate.open_if(gate.number());
    }

    /// How many threads send, as far as the last batch has shown.
    pub(super) fn threads(&self) -> u64 {
        self.threads.get()
    }
}

impl Fold<Measurement> for Sharded {
    type State = Series;
    type Out = Groups;

    fn init(&self) -> Series {
        Series::default()
    }

    fn step(&self, series: &mut Series, measurement: Measurement) {
        self.sweep(series);
        self.take(series, measurement, A_LOOK);
    }

    fn finish(&self, mut series: Series) -> Groups {
        if series.is_empty() {
            return Groups::default();
        }
        let mut states: Vec<AggsState> = Vec::new();
        states.resize_with(series.len(), AggsState::empty);
        let mut add = |rank: u32, state| self.aggs.add(&mut states[rank as usize], state);
        std::mem::take(&mut series.loose).into_iter().for_each(|(rank, state)| add(rank, state));
        let (all, mut threads) = (self.shards.all(), 0);
        self.key.borrow_mut().drain(all.iter().map(|shard| &shard.cells), |cells| {
            let mut came = false;
            cells.drain(|rank, state| {
                came = true;
                add(rank, self.aggs.take(state));
            });
            threads += u64::from(came);
        });
        all.iter().for_each(|shard| _ = shard.set_left(0));
        self.forget_ended();
        self.threads.set(threads.max(1));
        let (tags, room) = series.finish();
        self.room.replace(room);
        Groups { tags, states }
    }
}
