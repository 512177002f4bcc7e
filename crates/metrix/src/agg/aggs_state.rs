//! [`AggsState`]: a group before its end, and how values are folded into it.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::Fold;

use super::aggregate::Aggregate;
use super::aggs::Aggs;
use super::entry::{Entry, Made};
use super::recipe::Recipe;
use super::shared::Shared;
use super::slot::Slot;
use crate::Tags;

/// The state of [`Aggs`]: a group before its end.
pub struct AggsState {
    shared: Shared,
    /// Of the aggregates that are made apart, in their order.
    slots: Box<[Slot]>,
}

impl Fold<f64> for Aggs {
    type State = AggsState;
    type Out = Vec<Aggregate>;

    fn init(&self) -> AggsState {
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
        AggsState { shared: Shared::new(self.needs), slots: slots.collect() }
    }

    #[inline]
    fn step(&self, state: &mut AggsState, value: f64) {
        state.shared.step(self.needs, value);
        if !state.slots.is_empty() {
            self.step_apart(&mut state.slots, value);
        }
    }

    fn finish(&self, state: AggsState) -> Vec<Aggregate> {
        let mut found = Vec::with_capacity(self.entries.len());
        let mut slots = state.slots.into_iter();
        for (agg, entry) in self.entries.iter().enumerate() {
            let before = found.len();
            let mut emit = |tags, value: f64| {
                if value.is_finite() {
                    found.push(Aggregate { agg, tags, value });
                } else {
                    self.faults.left_out(&entry.name, &entry.told, value);
                }
            };
            let finished = match entry.made {
                Made::Shared(stat) => {
                    stat.of(&state.shared).into_iter().for_each(|value| emit(Tags::NONE, value));
                    Ok(())
                }
                Made::Apart { .. } => slots.next().map_or(Ok(()), |slot| slot.finish(&mut emit)),
            };
            if let Err(message) = finished {
                // All of its values or none.
                found.truncate(before);
                self.faults.panicked(&entry.name, &entry.told, message);
            }
        }
        found
    }
}

impl Aggs {
    /// Adds a later part of a group, if all of the list [can be merged](Self::mergeable).
    pub(super) fn merge(&self, into: &mut AggsState, later: AggsState) {
        assert_eq!(
            into.slots.len(),
            later.slots.len(),
            "states that are merged come from aggregates that are made alike"
        );
        into.shared.merge(later.shared);
        for ((slot, later), (entry, ..)) in into.slots.iter_mut().zip(later.slots).zip(self.apart()) {
            if let Err(message) = slot.merge(later) {
                self.faults.panicked(&entry.name, &entry.told, message);
            }
        }
    }

    /// Takes one value in as often as it stands for others.
    pub(crate) fn step_times(&self, state: &mut AggsState, value: f64, times: NonZeroU32) {
        state.shared.step_times(self.needs, value, times);
        for (slot, (entry, ..)) in state.slots.iter_mut().zip(self.apart()) {
            match slot.step_times(value, times) {
                Ok(0) => {}
                Ok(cut) => self.faults.cut_off(&entry.name, &entry.told, value, times, cut),
                Err(message) => self.faults.panicked(&entry.name, &entry.told, message),
            }
        }
    }

    /// The aggregates that are made apart, in the order of their slots.
    pub(super) fn apart(&self) -> impl Iterator<Item = (&Entry, &Arc<dyn Recipe>, bool)> {
        self.entries.iter().filter_map(|entry| match &entry.made {
            Made::Shared(_) => None,
            Made::Apart { recipe, guarded } => Some((entry, recipe, *guarded)),
        })
    }

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
