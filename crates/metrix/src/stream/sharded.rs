//! [`Sharded`]: the aggregates of each series, folded by many threads at once.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::{Fold, Merge, Timestamp};

use super::groups::{Group, Groups};
use super::measurement::{Measurement, Ticket};
use super::overflow::Overflow;
use super::series::Series;
use crate::Tags;
use crate::agg::MergeableAggs;
use crate::shard::{Key, Shards, Table};

/// How many values a thread takes into a window of time before it looks at the clock again.
pub(super) const A_LOOK: u64 = 2048;

/// Folds measurements by their tags. Those that come with a ticket go to the shard of the thread that brings them, which may then go
/// on by itself for some values; what the shards hold is added when a window or batch is finished.
///
/// As the shards belong to the stream and not to a state, only one state at a time may take measurements.
pub(super) struct Sharded {
    aggs: MergeableAggs,
    overflow: Overflow,
    shards: Arc<Shards>,
    key: RefCell<Key>,
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
            most_shards: Cell::new(FEW_SHARDS),
            threads: Cell::new(1),
        }
    }

    /// Takes a measurement in, and lets its thread take so many more by itself; gives how many it may.
    pub(super) fn take(&self, series: &mut Series, measurement: Measurement, more: u64) -> u64 {
        let Measurement { value, weight, tags, ticket, .. } = measurement;
        if !std::mem::replace(&mut series.any, true) {
            self.shards.ranks.begin();
        }
        if let (None, Some(group)) = (&ticket, series.loose.find(&tags)) {
            self.aggs.step_weighed(&mut group.state, value, weight);
            return 0;
        }
        let knows = ticket.as_ref().is_some_and(|ticket| self.step_again(ticket, value, weight));
        if !knows {
            let rank = series.admit(&tags, self.overflow.max_series, &self.shards.ranks, |put| self.gather(put));
            let came = match (rank, &ticket) {
                (Some(rank), Some(ticket)) => self.come(ticket, &tags, rank, value, weight),
                _ => false,
            };
            if !came {
                self.take_loose(series, tags, rank, value, weight);
                return 0;
            }
        }
        ticket.map_or(0, |ticket| self.let_take(&ticket, more))
    }

    /// Takes a value into the shard of this thread, if its series is there.
    fn step_again(&self, Ticket { shard, key }: &Ticket, value: f64, weight: NonZeroU32) -> bool {
        let stepped = self.key.borrow_mut().enter_with(&shard.cells, |cells| {
            cells.forget_at();
            self.aggs.step_weighed(cells.found(*key)?, value, weight);
            Some(())
        });
        stepped.flatten().is_some()
    }

    /// Takes the first value of a series into the shard of this thread, if it has one.
    fn come(&self, Ticket { shard, .. }: &Ticket, tags: &Tags, rank: u64, value: f64, weight: NonZeroU32) -> bool {
        let came = self.key.borrow_mut().enter_with(&shard.cells, |cells| {
            cells.forget_at();
            let (found, state) = cells.come(Group { state: self.aggs.init(), tags: tags.clone(), rank });
            self.aggs.step_weighed(state, value, weight);
            shard.answer.leave(found);
        });
        came.is_some()
    }

    /// Takes a value in that is not for a shard. Without a rank its series is one too many.
    fn take_loose(&self, series: &mut Series, tags: Tags, rank: Option<u64>, value: f64, weight: NonZeroU32) {
        let tags = if rank.is_some() { tags } else { self.overflow.of(&tags, series.all()) };
        if let Some(group) = series.loose.find(&tags) {
            return self.aggs.step_weighed(&mut group.state, value, weight);
        }
        let mut state = self.aggs.init();
        self.aggs.step_weighed(&mut state, value, weight);
        let rank = rank.unwrap_or_else(|| self.shards.ranks.take());
        series.loose.insert(Group { state, tags, rank });
    }

    /// Gives a thread a pass, if that can be, and lets it take so many values; gives how many.
    fn let_take(&self, Ticket { shard, .. }: &Ticket, more: u64) -> u64 {
        let more = if self.key.borrow_mut().give_pass(&shard.cells) { more } else { 0 };
        if shard.let_take(more) { more } else { 0 }
    }

    /// Gives the tags of all that is in shards.
    fn gather(&self, put: &mut dyn FnMut(&Tags)) {
        let (all, before) = (self.shards.all(), self.shards.gate().number());
        self.key.borrow_mut().drain(all.iter().map(|shard| &shard.cells), |cells| {
            cells.iter().for_each(|cell| put(&cell.tags));
        });
        self.shards.gate().open_again(before);
    }

    /// Takes over what threads have that have ended, if there may be many: a thread a request must not need memory until the
    /// window is over. Gives how many values they were let take and have not taken.
    pub(super) fn sweep(&self, series: &mut Series) -> u64 {
        if self.shards.len() <= self.most_shards.get() {
            return 0;
        }
        let (ended, before) = (self.shards.ended(), self.shards.gate().number());
        self.key.borrow_mut().drain(ended.iter().map(|shard| &shard.cells), |cells| {
            let drained = cells.drain_for_good().into_iter();
            drained.for_each(|cell| series.loose.put(cell, |into, part| self.aggs.merge(into, part)));
        });
        let left = ended.iter().map(|shard| shard.recall()).sum();
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
        let left = all.iter().map(|shard| shard.recall()).sum();
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
            self.key.borrow_mut().drain(ended.iter().map(|shard| &shard.cells), |cells| _ = cells.drain_for_good());
            self.shards.forget(&ended);
        }
        self.most_shards.set(2 * self.shards.len() + FEW_SHARDS);
    }

    /// The time of the last value that a thread has taken by itself since it came here, if it had one. Ends what threads may take.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        let (all, mut last) = (self.shards.all(), None);
        let mut key = self.key.borrow_mut();
        for shard in &all {
            key.drain([&shard.cells], |cells| last = last.max(cells.at(shard.cells.turns())));
        }
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

impl Sharded {
    /// Adds up what several threads have, by the ranks.
    fn merge(&self, parts: Vec<Vec<Group>>) -> Vec<Group> {
        let mut groups = Table::with_room(parts.iter().map(Vec::len).max().unwrap_or_default());
        for mut part in parts {
            let used = part.len();
            part.drain(..).for_each(|group| groups.put(group, |into, part| self.aggs.merge(into, part)));
            self.shards.keep_room(part, used);
        }
        groups.into_cells()
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

    fn finish(&self, series: Series) -> Groups {
        if !series.any {
            return Groups::default();
        }
        let all = self.shards.all();
        let mut parts = Vec::with_capacity(all.len() + 1);
        self.key.borrow_mut().drain(all.iter().map(|shard| &shard.cells), |cells| {
            if !cells.is_empty() {
                parts.push(cells.drain(self.shards.room()));
            }
        });
        self.threads.set((parts.len() as u64).max(1));
        all.iter().for_each(|shard| _ = shard.recall());
        self.forget_ended();
        if series.loose.len() > 0 {
            parts.push(series.loose.into_cells());
        }
        let groups = if parts.len() > 1 { self.merge(parts) } else { parts.pop().unwrap_or_default() };
        Groups::new(groups, Some(Arc::clone(&self.shards)))
    }
}
