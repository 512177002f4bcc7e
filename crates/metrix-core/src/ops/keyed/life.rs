//! The life of a key: how its operator is made, told what happens, and forgotten.

use std::hash::Hash;

use super::Keyed;
use crate::{Emit, Operator, Timestamp};

/// What there is of one key.
#[derive(Clone)]
pub(super) struct OfKey<O> {
    pub(super) operator: O,
    /// How many keys had come before.
    pub(super) rank: u64,
    /// The newest time when its last item came: never less than that of a key that has been idle for longer.
    pub(super) last_used: Timestamp,
    pub(super) alarm: Option<Timestamp>,
    pub(super) end_told: bool,
}

impl<T, K, F, O> Keyed<T, K, F, O>
where
    F: FnMut(&T) -> K,
    K: Hash + Eq + Clone,
    O: Operator<T> + Clone,
{
    /// The place of the item's key, which may be new.
    #[inline]
    pub(super) fn place_of(&mut self, item: &T, now: Timestamp, out: &mut impl Emit<(K, O::Out)>) -> usize {
        let key = (self.key)(item);
        if let Some(place) = self.slots.use_key(&key) {
            return place;
        }
        if self.slots.len() == self.max_keys {
            self.evicted_full += 1;
            self.evict_oldest(now, out);
        }
        let (operator, rank) = (self.prototype.clone(), self.created);
        self.created += 1;
        self.slots.insert(key, OfKey { operator, rank, last_used: self.newest, alarm: None, end_told: false })
    }

    /// When the key that has been idle for longest is to be forgotten.
    pub(super) fn idle_end(&self) -> Option<Timestamp> {
        let (_, oldest) = self.slots.get(self.slots.oldest()?)?;
        Some(oldest.last_used + self.idle).filter(|end| !self.ended && *end < Timestamp::MAX)
    }

    /// Tells an operator that its deadline is reached.
    pub(super) fn wake(&mut self, place: usize, now: Timestamp, ends: bool, out: &mut impl Emit<(K, O::Out)>) {
        if let Some((key, of_key)) = self.slots.get_mut(place) {
            of_key.operator.on_time(now, &mut |output| out.emit((key.clone(), output)));
        }
        self.follow_up(place, now, ends, out);
    }

    /// Follows up on what an operator was told: gives it what waits for it, then the end if its input `ends`, and notes
    /// its deadline.
    #[inline]
    pub(super) fn follow_up(&mut self, place: usize, now: Timestamp, ends: bool, out: &mut impl Emit<(K, O::Out)>) {
        let Some((key, of_key)) = self.slots.get_mut(place) else { return };
        let OfKey { operator, rank, alarm, end_told, .. } = of_key;
        let mut emit = |output| out.emit((key.clone(), output));
        let mut waits = false;
        while let Some(next) = self.waiting.iter().position(|(other, _)| *other == place) {
            waits = !operator.wants_input() && operator.deadline().is_some();
            if waits {
                break;
            }
            match self.waiting.remove(next) {
                Some((_, item)) if operator.wants_input() => operator.on_item(item, now, &mut emit),
                _ => self.dropped += 1,
            }
        }
        if !*end_told && (operator.is_finished() || ends && !waits) {
            *end_told = true;
            operator.on_end(now, &mut emit);
        }
        let deadline = operator.deadline();
        if deadline != *alarm {
            if let Some(before) = std::mem::replace(alarm, deadline) {
                self.alarms.remove(&(before, *rank));
            }
            if let Some(deadline) = deadline {
                self.alarms.insert((deadline, *rank), place);
            }
        }
    }

    /// Forgets the key that has been idle for longest, and emits all that its operator has left.
    #[cold]
    #[inline(never)]
    pub(super) fn evict_oldest(&mut self, mut now: Timestamp, out: &mut impl Emit<(K, O::Out)>) {
        let Some(place) = self.slots.oldest() else { return };
        self.follow_up(place, now, true, out);
        while let Some(alarm) = self.slots.get(place).and_then(|(_, of_key)| of_key.alarm) {
            now = now.max(alarm);
            self.wake(place, now, true, out);
        }
        self.slots.remove(place);
    }
}
