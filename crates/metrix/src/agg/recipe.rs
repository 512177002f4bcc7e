//! [`Recipe`] and [`Running`]: folds over `f64` with their types hidden, so that one list holds any of them.

use std::any::Any;
use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::{Fold, Merge};

use super::Outcome;
use super::weighed::{Weighed, repeat};
use crate::Tags;

/// What an aggregate with a state of its own is made by.
pub(super) trait Recipe: Send + Sync {
    /// Begins a group.
    fn start(self: Arc<Self>) -> Box<dyn Running>;

    /// Whether what has been started can be merged.
    fn is_mergeable(&self) -> bool;
}

/// An aggregate of one group, before its end.
pub(super) trait Running: Send {
    fn step(&mut self, value: f64);

    /// Takes one value in so many times, and says how many times too few.
    fn step_times(&mut self, value: f64, times: NonZeroU32) -> u32;

    /// Adds a later part of the group, begun by a recipe that was made alike and is mergeable.
    fn merge(&mut self, later: Box<dyn Running>);

    fn finish(self: Box<Self>, emit: &mut dyn FnMut(Tags, f64));

    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// A fold, what it does with a value that stands for several, and what merges its states if they can be merged.
pub(super) struct Folding<F: Fold<f64>> {
    fold: F,
    step_times: StepTimes<F>,
    merge: Option<MergeStates<F>>,
}

type StepTimes<F> = fn(&F, &mut <F as Fold<f64>>::State, f64, NonZeroU32) -> u32;

type MergeStates<F> = fn(&F, &mut <F as Fold<f64>>::State, <F as Fold<f64>>::State);

impl<F: Fold<f64>> Folding<F> {
    /// One of which no more is known than that it folds.
    pub(super) fn whole(fold: F) -> Self {
        Self { fold, step_times: repeat, merge: None }
    }

    pub(super) fn mergeable(fold: F) -> Self
    where
        F: Merge<f64>,
    {
        Self { fold, step_times: repeat, merge: Some(F::merge) }
    }

    pub(super) fn weighed(fold: F) -> Self
    where
        F: Weighed,
    {
        let step_times: StepTimes<F> = |fold, state, value, times| {
            fold.step_times(state, value, times);
            0
        };
        Self { fold, step_times, merge: Some(F::merge) }
    }
}

impl<F> Recipe for Folding<F>
where
    F: Fold<f64> + Send + Sync + 'static,
    F::State: Send + 'static,
    F::Out: Outcome,
{
    fn start(self: Arc<Self>) -> Box<dyn Running> {
        let state = self.fold.init();
        Box::new(Run { folding: self, state })
    }

    fn is_mergeable(&self) -> bool {
        self.merge.is_some()
    }
}

/// The fold and its state in one, so that a step is one indirect call and asks for no types.
struct Run<F: Fold<f64>> {
    folding: Arc<Folding<F>>,
    state: F::State,
}

impl<F> Running for Run<F>
where
    F: Fold<f64> + Send + Sync + 'static,
    F::State: Send + 'static,
    F::Out: Outcome,
{
    fn step(&mut self, value: f64) {
        self.folding.fold.step(&mut self.state, value);
    }

    fn step_times(&mut self, value: f64, times: NonZeroU32) -> u32 {
        (self.folding.step_times)(&self.folding.fold, &mut self.state, value, times)
    }

    fn merge(&mut self, later: Box<dyn Running>) {
        let (Some(merge), Ok(later)) = (self.folding.merge, later.into_any().downcast::<Self>()) else {
            panic!("states that are merged come from mergeable aggregates that are made alike");
        };
        merge(&self.folding.fold, &mut self.state, later.state);
    }

    fn finish(self: Box<Self>, emit: &mut dyn FnMut(Tags, f64)) {
        let Self { folding, state } = *self;
        folding.fold.finish(state).for_each(emit);
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
