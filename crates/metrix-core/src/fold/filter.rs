//! [`Filter`]: a fold of the items that a predicate holds for.

use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// The fold made by [`Fold::filter`]. The state is that of the fold beneath.
#[derive(Clone, Copy)]
pub struct Filter<G, F> {
    fold: G,
    predicate: F,
}

impl<G, F> Filter<G, F> {
    pub(super) fn new(fold: G, predicate: F) -> Self {
        Self { fold, predicate }
    }
}

opaque_debug!(Filter < G, F > {});

impl<T, G, F> Fold<T> for Filter<G, F>
where
    G: Fold<T>,
    F: Fn(&T) -> bool,
{
    type State = G::State;
    type Out = G::Out;

    #[inline]
    fn init(&self) -> G::State {
        self.fold.init()
    }

    #[inline]
    fn step(&self, state: &mut G::State, item: T) {
        if (self.predicate)(&item) {
            self.fold.step(state, item);
        }
    }

    #[inline]
    fn finish(&self, state: G::State) -> G::Out {
        self.fold.finish(state)
    }
}

impl<T, G, F> Merge<T> for Filter<G, F>
where
    G: Merge<T>,
    F: Fn(&T) -> bool,
{
    #[inline]
    fn merge(&self, into: &mut G::State, later: G::State) {
        self.fold.merge(into, later);
    }
}
