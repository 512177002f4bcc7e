//! [`Premap`]: a fold of what a function makes of each item.

use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// The fold made by [`Fold::premap`]. The state is that of the fold beneath.
#[derive(Clone, Copy)]
pub struct Premap<G, F> {
    fold: G,
    f: F,
}

impl<G, F> Premap<G, F> {
    pub(super) fn new(fold: G, f: F) -> Self {
        Self { fold, f }
    }
}

opaque_debug!(Premap < G, F > {});

impl<T, U, G, F> Fold<T> for Premap<G, F>
where
    G: Fold<U>,
    F: Fn(T) -> U,
{
    type State = G::State;
    type Out = G::Out;

    #[inline]
    fn init(&self) -> G::State {
        self.fold.init()
    }

    #[inline]
    fn step(&self, state: &mut G::State, item: T) {
        self.fold.step(state, (self.f)(item));
    }

    #[inline]
    fn finish(&self, state: G::State) -> G::Out {
        self.fold.finish(state)
    }
}

impl<T, U, G, F> Merge<T> for Premap<G, F>
where
    G: Merge<U>,
    F: Fn(T) -> U,
{
    #[inline]
    fn merge(&self, into: &mut G::State, later: G::State) {
        self.fold.merge(into, later);
    }
}
