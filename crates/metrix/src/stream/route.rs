//! The ways of a value into its stream: into this thread's shard, or through the stream's lock.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use metrix_core::{EmitError, Fold, Timestamp};

use super::entry::Entry;
use super::measurement::{Measurement, Ticket};
use super::{MSender, SendError};
use crate::shard::{Index, Mine, Ranks, Shard, Shards, with_mine, with_mine_made};
use crate::{TagSet, Tags};

impl MSender {
    /// As [`try_send_other`](Self::try_send_other), for who doesn't ask what came of it.
    #[cold]
    #[inline(never)]
    pub(super) fn send_other(&self, value: f64) {
        if !self.step_near(value) {
            self.send_away(value);
        }
    }

    /// Sends a value that isn't plain, or is no finite number, or the first in a window.
    #[cold]
    #[inline(never)]
    pub(super) fn try_send_other(&self, value: f64) -> Result<(), SendError> {
        if self.step_near(value) { Ok(()) } else { self.try_send_away(value) }
    }

    /// Takes a plain value into the home; says whether it has.
    // No closures on the ways to the home: the compiler calls these, with what they need in memory, if they are used twice.
    #[inline(always)]
    pub(super) fn step_plain(&self, value: f64) -> bool {
        let Some(mut place) = self.home.plain() else { return false };
        let Some(state) = place.state() else { return false };
        let is_taken = state.step_numbers(value);
        place.leave(is_taken)
    }

    /// Takes a value that isn't plain into the home, if that takes next to nothing; says whether it has.
    #[inline(always)]
    fn step_near(&self, value: f64) -> bool {
        let aggs = &self.shared.aggs;
        if self.weight != NonZeroU32::MIN || !aggs.has_short_way() {
            return false;
        }
        let Some(mut place) = self.home.other() else { return false };
        let Some(state) = place.state() else { return false };
        let is_taken = state.step_near(aggs, value);
        place.leave(is_taken)
    }

    /// Takes a value that isn't plain into the home; says whether it has.
    fn step_other(&self, value: f64) -> bool {
        let Some(mut place) = self.home.other().filter(|_| value.is_finite()) else { return false };
        let Some(state) = place.state() else { return false };
        self.shared.aggs.step_weighed(state, value, self.weight);
        place.leave(true)
    }

    /// As [`try_send_away`](Self::try_send_away), for who doesn't ask what came of it.
    #[inline(never)]
    fn send_away(&self, value: f64) {
        let _counted = self.try_send_away(value);
    }

    /// Sends a value that isn't near others, or for the first time in a window, or from another thread than the one that was
    /// the first to send.
    #[inline(never)]
    fn try_send_away(&self, value: f64) -> Result<(), SendError> {
        if self.step_other(value) || self.step_home(value) {
            return Ok(());
        }
        self.submit(value, self.tags.clone(), None)
    }

    /// Takes a value in as [`step_known`](Self::step_known) does, and remembers where, so that the next takes the short way.
    fn step_home(&self, value: f64) -> bool {
        let Some(shards) = self.shards(value) else { return false };
        let is_plain = self.weight == NonZeroU32::MIN && self.shared.aggs.is_of_numbers();
        // Where there are very many series, to look one up by its tags waits for memory several times; by the number it had last, once.
        let find = |index: &Index| {
            let known =
                Some(self.number.load(Ordering::Relaxed)).filter(|&number| index.is_the_same(number, &self.tags));
            known.or_else(|| index.find(self.tags.sum(), |known| *known == self.tags))
        };
        let remember = |shard: &_, (key, number)| {
            if self.home.remember(shard, key, is_plain) {
                self.number.store(number, Ordering::Relaxed);
            }
        };
        self.step_at(shards, value, find, None, remember).is_ok()
    }

    /// Sends a value with these tags, of a time of its own if it has one.
    #[inline]
    pub(super) fn send_tagged(&self, value: f64, tags: impl TagSet, at: Option<Timestamp>) -> Result<(), SendError> {
        match self.step_known(value, &tags, at) {
            Ok(()) => Ok(()),
            Err(Some(known)) => self.submit(value, known, at),
            Err(None) => self.submit(value, tags.over(&self.tags), at),
        }
    }

    /// Sends through the stream's lock.
    #[cold]
    fn submit(&self, value: f64, tags: Tags, at: Option<Timestamp>) -> Result<(), SendError> {
        self.check(value, &tags)?;
        let pushed = self.push(Measurement { value, weight: self.weight, tags, at, ticket: None });
        self.count(pushed)
    }

    pub(super) async fn submit_async(&self, value: f64, tags: Tags, at: Option<Timestamp>) -> Result<(), SendError> {
        self.check(value, &tags)?;
        // Only what has to wait takes an allocation.
        let pushed = match self.push(Measurement { value, weight: self.weight, tags, at, ticket: None }) {
            Err(EmitError::Full(measurement)) => self.entry.push(measurement).await,
            pushed => pushed,
        };
        self.count(pushed)
    }

    #[inline]
    fn check(&self, value: f64, tags: &Tags) -> Result<(), SendError> {
        let shared = &self.shared;
        if !value.is_finite() {
            let error = SendError::NotFinite { stream: shared.name.clone(), value };
            return Err(shared.refuse(&shared.counters.not_finite, error));
        }
        if tags.text_len() > shared.max_tag_bytes {
            let (bytes, most) = (tags.text_len(), shared.max_tag_bytes);
            let error = SendError::TagsTooLong { stream: shared.name.clone(), bytes, most };
            return Err(shared.refuse(&shared.counters.tags_too_long, error));
        }
        Ok(())
    }

    #[inline]
    fn count(&self, pushed: Result<(), EmitError<Measurement>>) -> Result<(), SendError> {
        let shared = &self.shared;
        shared.later.tell();
        let (counter, error) = match pushed {
            Ok(()) => {
                shared.counters.accepted.add(1);
                return Ok(());
            }
            Err(EmitError::Full(_)) => (&shared.counters.full, SendError::Full { stream: shared.name.clone() }),
            Err(_) => (&shared.counters.closed, SendError::Closed { stream: shared.name.clone() }),
        };
        Err(shared.refuse(counter, error))
    }

    /// Takes a value into this thread's shard, if its series is known there and the thread may. Otherwise the series' tags, if
    /// they are known: so only the first sighting of a series makes them.
    #[inline]
    pub(super) fn step_known(&self, value: f64, tags: &impl TagSet, at: Option<Timestamp>) -> Result<(), Option<Tags>> {
        let Some(shards) = self.shards(value) else { return Err(None) };
        let hash = tags.hash_over(&self.tags);
        let find = |index: &Index| index.find(hash, |known| tags.is_over(&self.tags, known));
        self.step_at(shards, value, find, at, |_, _| {})
    }

    /// The threads' shards, if there are any, for a value that they take.
    #[inline(always)]
    fn shards(&self, value: f64) -> Option<&Shards> {
        self.shared.shards.as_deref().filter(|_| value.is_finite())
    }

    /// As [`step_known`](Self::step_known), for the series that `find` finds, and says where it is: the shard, the key of the place and
    /// the number of the series.
    #[inline(always)]
    fn step_at(
        &self,
        shards: &Shards,
        value: f64,
        find: impl FnOnce(&Index) -> Option<u32>,
        at: Option<Timestamp>,
        there: impl FnOnce(&Arc<Shard>, (u64, u32)),
    ) -> Result<(), Option<Tags>> {
        let stepped = with_mine(shards, |mine| {
            let number = find(&mine.index).ok_or(None)?;
            let step = |state: &mut _| self.shared.aggs.step_weighed(state, value, self.weight);
            if let Some(key) = mine.step(number, at, step) {
                there(&mine.shard, (key, number));
                return Ok(());
            }
            let came = self.come(&shards.ranks, mine, number, value, at);
            let key = came.ok_or_else(|| Some(mine.index.tags(number).clone()))?;
            there(&mine.shard, (key, number));
            Ok(())
        });
        stepped.unwrap_or(Err(None))
    }

    /// Takes the first value in this window of a series that is known here, if the thread may; gives the key of its place.
    #[cold]
    #[inline(never)]
    fn come(&self, ranks: &Ranks, mine: &mut Mine, number: u32, value: f64, at: Option<Timestamp>) -> Option<u64> {
        let aggs = &self.shared.aggs;
        mine.come(number, at, ranks, || {
            let mut state = aggs.init();
            aggs.step_weighed(&mut state, value, self.weight);
            state
        })
    }

    /// Gives a measurement to the stream, for this thread's shard if there is one.
    pub(super) fn push(&self, measurement: Measurement) -> Result<(), EmitError<Measurement>> {
        let is_open = |shards: &&Arc<Shards>| !shards.gate().is_closed();
        let Some(shards) = self.shared.shards.as_ref().filter(is_open) else {
            return self.entry.try_push(measurement);
        };
        let mut measurement = Some(measurement);
        let pushed = with_mine_made(shards, |mine| {
            let measurement = measurement.take()?;
            Some(push_to(&*self.entry, mine, measurement))
        });
        match (pushed.flatten(), measurement) {
            (Some(pushed), _) => pushed,
            // The thread ends, or is on its way through here already.
            (None, Some(measurement)) => self.entry.try_push(measurement),
            (None, None) => Ok(()),
        }
    }
}

/// Gives a measurement to the stream, for the thread's shard.
fn push_to(entry: &dyn Entry, mine: &mut Mine, measurement: Measurement) -> Result<(), EmitError<Measurement>> {
    let Mine { shard, index, .. } = mine;
    let (number, is_new) = index.number(&measurement.tags);
    let ticket = Some(Ticket { shard: Arc::clone(shard), key: index.key(number) });
    // The same set for all values of a series, so that only one is kept.
    let tags = index.tags(number).clone();
    let asked = Asked { shard, index, number, is_new };
    let pushed = entry.try_push(Measurement { tags, ticket, ..measurement });
    drop(asked);
    match pushed {
        // It may come again from another thread.
        Err(EmitError::Full(measurement)) => Err(EmitError::Full(Measurement { ticket: None, ..measurement })),
        pushed => pushed,
    }
}

/// A value on its way through the lock. However that ends, by a panic of who is woken too, what came of it is known afterwards.
struct Asked<'a> {
    shard: &'a Shard,
    index: &'a mut Index,
    number: u32,
    is_new: bool,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        match self.shard.answer.take() {
            Some(found) => self.index.came(self.number, found),
            // There are too many series, or the stream takes nothing.
            None if self.is_new => self.index.forget(self.number),
            None => {}
        }
    }
}
