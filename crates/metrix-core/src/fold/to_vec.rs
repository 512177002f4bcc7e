//! [`ToVec`]: all items.

use super::{Fold, Merge};

/// Keeps all items in their order. The state grows with them: use it where their number is bounded.
///
/// ```
/// use metrix_core::fold::{Fold, ToVec};
///
/// assert_eq!(ToVec.fold(1..4), [1, 2, 3]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ToVec;

impl<T> Fold<T> for ToVec {
    type State = Vec<T>;
    type Out = Vec<T>;

    #[inline]
    fn init(&self) -> Vec<T> {
        Vec::new()
    }

    #[inline]
    fn step(&self, state: &mut Vec<T>, item: T) {
        state.push(item);
    }

    #[inline]
    fn finish(&self, state: Vec<T>) -> Vec<T> {
        state
    }
}

impl<T> Merge<T> for ToVec {
    fn merge(&self, into: &mut Vec<T>, mut later: Vec<T>) {
        into.append(&mut later);
    }
}
