//! [`Map`]: what a function makes of a fold's result.

use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// The fold made by [`Fold::map`]. The state is that of the fold beneath.
#[derive(Clone, Copy)]
pub struct Map<G, F> {
    fold: G,
    f: F,
}

impl<G, F> Map<G, F> {
    /// What `f` makes of the result of `fold`, whose items may be of a type that is still open.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, Map, Sum};
    ///
    /// // `Sum.map(..)` would not compile by itself: a sum takes many types of items.
    /// let per_second = Map::new(Sum, |total: f64| total / 60.0);
    /// assert_eq!(per_second.fold([100.0, 20.0]), 2.0);
    /// ```
    pub fn new<A, B>(fold: G, f: F) -> Self
    where
        F: Fn(A) -> B,
    {
        Self { fold, f }
    }
}

opaque_debug!(Map < G, F > {});

impl<T, U, G, F> Fold<T> for Map<G, F>
where
    G: Fold<T>,
    F: Fn(G::Out) -> U,
{
    type State = G::State;
    type Out = U;

    #[inline]
    fn init(&self) -> G::State {
        self.fold.init()
    }

    #[inline]
    fn step(&self, state: &mut G::State, item: T) {
        self.fold.step(state, item);
    }

    #[inline]
    fn finish(&self, state: G::State) -> U {
        (self.f)(self.fold.finish(state))
    }
}

impl<T, U, G, F> Merge<T> for Map<G, F>
where
    G: Merge<T>,
    F: Fn(G::Out) -> U,
{
    #[inline]
    fn merge(&self, into: &mut G::State, later: G::State) {
        self.fold.merge(into, later);
    }
}
