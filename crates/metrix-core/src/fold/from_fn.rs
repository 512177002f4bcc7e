//! [`FromFn`]: a fold of closures.

use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// Makes a fold of three closures: `init` gives the state before any item, `step` takes an item in, and `merge` adds
/// the later items' state to that of the earlier ones. The result is the state; [`map`](Fold::map) makes something else
/// of it. Memory: one state.
///
/// The closures must keep the laws of [`Merge`]; `metrix_core::testing::fold_laws` checks them.
///
/// ```
/// use metrix_core::fold::{self, Fold};
///
/// let product = fold::from_fn(|| 1.0, |product, x: f64| *product *= x, |product, later| *product *= later);
/// assert_eq!(product.fold([2.0, 3.0, 4.0]), 24.0);
///
/// let power_of_two = product.map(f64::log2);
/// assert_eq!(power_of_two.fold([2.0, 4.0]), 3.0);
/// ```
pub fn from_fn<T, S, I, P, M>(init: I, step: P, merge: M) -> FromFn<I, P, M>
where
    I: Fn() -> S,
    P: Fn(&mut S, T),
    M: Fn(&mut S, S),
{
    FromFn { init, step, merge }
}

/// The fold made by [`from_fn`].
#[derive(Clone, Copy)]
pub struct FromFn<I, P, M> {
    init: I,
    step: P,
    merge: M,
}

opaque_debug!(FromFn < I, P, M > {});

impl<T, S, I, P, M> Fold<T> for FromFn<I, P, M>
where
    I: Fn() -> S,
    P: Fn(&mut S, T),
    M: Fn(&mut S, S),
{
    type State = S;
    type Out = S;

    #[inline]
    fn init(&self) -> S {
        (self.init)()
    }

    #[inline]
    fn step(&self, state: &mut S, item: T) {
        (self.step)(state, item);
    }

    #[inline]
    fn finish(&self, state: S) -> S {
        state
    }
}

impl<T, S, I, P, M> Merge<T> for FromFn<I, P, M>
where
    I: Fn() -> S,
    P: Fn(&mut S, T),
    M: Fn(&mut S, S),
{
    #[inline]
    fn merge(&self, into: &mut S, later: S) {
        (self.merge)(into, later);
    }
}
