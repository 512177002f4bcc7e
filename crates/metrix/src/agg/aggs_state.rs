//! [`AggsState`]: a group before its end, and how values are folded into it.

use std::fmt;
use std::mem;
use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::Fold;

use super::aggregate::Aggregate;
use super::aggs::Aggs;
use super::entry::{Entry, Made};
use super::more::More;
use super::needs::Needs;
use super::recipe::Recipe;
use super::shared::Shared;
use super::slot::Slot;
use crate::Tags;

/// The state of [`Aggs`]: a group before its end.
pub struct AggsState {
    pub(super) shared: Shared,
    /// There only where some aggregate asks for it.
    pub(super) more: Option<Box<More>>,
}

impl AggsState {
    /// Takes one value that stands for itself into the numbers of a group, and into nothing else; not one that isn't finite, which it
    /// says.
    #[inline(always)]
    pub(crate) fn step_numbers(&mut self, value: f64) -> bool {
        self.shared.step_finite(value)
    }

    /// Takes one value that stands for itself into a group of a list that [has a short way](Aggs::has_short_way), if that takes next to
    /// nothing and the value is finite; says whether it has.
    #[inline(always)]
    pub(crate) fn step_near(&mut self, aggs: &Aggs, value: f64) -> bool {
        let Some(more) = &mut self.more else { return false };
        let is_taken = more.step_near(aggs.needs, value);
        if is_taken {
            self.shared.step(value);
        }
        is_taken
    }
}

impl Fold<f64> for Aggs {
    type State = AggsState;
    type Out = Vec<Aggregate>;

    #[inline]
    fn init(&self) -> AggsState {
        AggsState { shared: Shared::new(), more: self.needs.more().then(|| self.more()) }
    }

    #[inline(always)]
    fn step(&self, state: &mut AggsState, value: f64) {
        state.shared.step(value);
        if let Some(more) = &mut state.more {
            if !(self.has_short_way() && more.step_near(self.needs, value)) {
                self.step_more(more, value);
            }
        }
    }

    fn finish(&self, mut state: AggsState) -> Vec<Aggregate> {
        let mut found = Vec::with_capacity(self.entries.len());
        let slots = state.more.as_mut().map(|more| mem::take(&mut more.slots)).unwrap_or_default();
        let mut slots = slots.into_iter();
        for (agg, entry) in self.entries.iter().enumerate() {
            let aggregate = |tags, value| Aggregate { agg, tags, value };
            match entry.made {
                Made::Shared(stat) => {
                    let value = stat.of(&state).and_then(|value| self.keep(entry, value));
                    found.extend(value.map(|value| aggregate(Tags::NONE, value)));
                }
                Made::Apart { .. } => {
                    slots.next().into_iter().for_each(|slot| self.finish_slot(entry, slot, &mut found, aggregate));
                }
            }
        }
        found
    }
}

impl Aggs {
    /// The value of an aggregate, unless it is to be left out.
    #[inline]
    pub(super) fn keep(&self, entry: &Entry, value: f64) -> Option<f64> {
        if value.is_finite() {
            return Some(value);
        }
        self.faults.left_out(&entry.name, &entry.told, value);
        None
    }

    /// Adds what an aggregate that is made apart has come to: all of its values or none.
    pub(super) fn finish_slot<T>(&self, entry: &Entry, slot: Slot, found: &mut Vec<T>, made: impl Fn(Tags, f64) -> T) {
        let before = found.len();
        let finished =
            slot.finish(&mut |tags, value| found.extend(self.keep(entry, value).map(|value| made(tags, value))));
        if let Err(message) = finished {
            found.truncate(before);
            self.faults.panicked(&entry.name, &entry.told, message);
        }
    }

    /// Adds a later part of a group, if all of the list [can be merged](Self::mergeable).
    pub(super) fn merge(&self, into: &mut AggsState, later: AggsState) {
        let slots = |state: &AggsState| state.more.as_ref().map(|more| more.slots.len());
        assert_eq!(slots(into), slots(&later), "states that are merged come from aggregates that are made alike");
        into.shared.merge(later.shared);
        if let (Some(into), Some(later)) = (&mut into.more, later.more) {
            let later = into.merge(*later);
            for ((slot, later), (entry, ..)) in into.slots.iter_mut().zip(later).zip(self.apart()) {
                if let Err(message) = slot.merge(later) {
                    self.faults.panicked(&entry.name, &entry.told, message);
                }
            }
        }
    }

    /// Whether a group keeps nothing but numbers, so that [`step_numbers`](AggsState::step_numbers) takes in all that there is.
    #[inline]
    pub(crate) fn is_of_numbers(&self) -> bool {
        !self.needs.more()
    }

    /// Whether a group keeps nothing but numbers, moments and percentiles: what [`step_near`](AggsState::step_near) takes a value into.
    #[inline]
    pub(crate) fn has_short_way(&self) -> bool {
        self.needs.are_among(Needs::MOMENTS | Needs::DISTRIBUTION)
    }

    /// Takes a value in, once where it stands for itself alone, as nearly all do.
    #[inline]
    pub(crate) fn step_weighed(&self, state: &mut AggsState, value: f64, weight: NonZeroU32) {
        if weight == NonZeroU32::MIN {
            self.step(state, value);
        } else {
            self.step_times(state, value, weight);
        }
    }

    /// Takes one value in as often as it stands for others.
    pub(crate) fn step_times(&self, state: &mut AggsState, value: f64, times: NonZeroU32) {
        state.shared.step_times(value, times);
        let Some(more) = &mut state.more else { return };
        more.step_times(self.needs, value, times);
        for (slot, (entry, ..)) in more.slots.iter_mut().zip(self.apart()) {
            match slot.step_times(value, times) {
                Ok(0) => {}
                Ok(cut) => self.faults.cut_off(&entry.name, &entry.told, value, times, cut),
                Err(message) => self.faults.panicked(&entry.name, &entry.told, message),
            }
        }
    }

    /// What a group keeps beyond its numbers. A fold that panics as it begins is left out.
    #[inline(never)]
    fn more(&self) -> Box<More> {
        let slots = self.apart().map(|(entry, recipe, guarded)| {
            let recipe = Arc::clone(recipe);
            if !guarded {
                return Slot::trusted(recipe);
            }
            Slot::guarded(recipe).unwrap_or_else(|message| {
                self.faults.panicked(&entry.name, &entry.told, message);
                Slot::Void
            })
        });
        Box::new(More::new(slots.collect()))
    }

    /// Apart from [`step`](Fold::step), so that it takes no registers from lists that have no more.
    #[inline(never)]
    fn step_more(&self, more: &mut More, value: f64) {
        more.step(self.needs, value);
        if self.needs.has(Needs::SLOTS) {
            self.step_apart(&mut more.slots, value);
        }
    }

    /// The aggregates that are made apart, in the order of their slots.
    pub(super) fn apart(&self) -> impl Iterator<Item = (&Entry, &Arc<dyn Recipe>, bool)> {
        self.entries.iter().filter_map(|entry| match &entry.made {
            Made::Shared(_) => None,
            Made::Apart { recipe, guarded } => Some((entry, recipe, *guarded)),
        })
    }

    #[inline(never)]
    fn step_apart(&self, slots: &mut [Slot], value: f64) {
        for (place, slot) in slots.iter_mut().enumerate() {
            if let Err(message) = slot.step(value) {
                if let Some((entry, ..)) = self.apart().nth(place) {
                    self.faults.panicked(&entry.name, &entry.told, message);
                }
            }
        }
    }
}

impl fmt::Debug for AggsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AggsState").field("values", &self.shared.count).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{AggsState, More};
    use crate::Aggs;
    use metrix_core::Fold;

    fn aggs(names: &[&str]) -> Aggs {
        Aggs::new(names.iter().copied(), Some(Duration::from_secs(2))).expect("they are built in")
    }

    #[test]
    fn only_what_is_more_than_numbers_is_kept_in_a_box() {
        assert_eq!(size_of::<AggsState>(), 48);
        assert!(size_of::<More>() <= 256, "{}", size_of::<More>());
        let numbers = ["count", "sum", "mean", "rate", "min", "max", "range"];
        assert!(aggs(&numbers).init().more.is_none());
        for other in ["first", "last", "variance", "stdev", "p99", "median", "distinct", "histogram(1)"] {
            assert!(aggs(&["count", other]).init().more.is_some(), "{other}");
        }
    }
}
