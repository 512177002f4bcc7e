//! [`Recipe`] and [`Running`]: folds over `f64` with their types hidden, so that one list holds any of them.

use std::sync::Arc;

use metrix_core::Fold;

use super::Outcome;
use crate::Tags;

/// What an aggregate is made by.
pub(super) trait Recipe: Send + Sync {
    /// Begins a group.
    fn start(self: Arc<Self>) -> Box<dyn Running>;
}

/// An aggregate of one group, before its end.
pub(super) trait Running: Send {
    fn step(&mut self, value: f64);

    fn finish(self: Box<Self>, emit: &mut dyn FnMut(Tags, f64));
}

/// The fold and its state in one, so that a step is one indirect call and asks for no types.
struct Run<F: Fold<f64>> {
    fold: Arc<F>,
    state: F::State,
}

impl<F> Recipe for F
where
    F: Fold<f64> + Send + Sync + 'static,
    F::State: Send + 'static,
    F::Out: Outcome,
{
    fn start(self: Arc<Self>) -> Box<dyn Running> {
        let state = self.init();
        Box::new(Run { fold: self, state })
    }
}

impl<F> Running for Run<F>
where
    F: Fold<f64> + Send + Sync,
    F::State: Send,
    F::Out: Outcome,
{
    fn step(&mut self, value: f64) {
        self.fold.step(&mut self.state, value);
    }

    fn finish(self: Box<Self>, emit: &mut dyn FnMut(Tags, f64)) {
        let Self { fold, state } = *self;
        fold.finish(state).for_each(emit);
    }
}
