//! [`Count`]: how many items there were.

use super::{Fold, Merge};

/// Counts the items, whatever they are. The result is a `u64`; the state is eight bytes.
///
/// ```
/// use metrix_core::fold::{Count, Fold};
///
/// assert_eq!(Count.fold(["a", "b", "c"]), 3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count;

impl<T> Fold<T> for Count {
    type State = u64;
    type Out = u64;

    #[inline]
    fn init(&self) -> u64 {
        0
    }

    #[inline]
    fn step(&self, state: &mut u64, _item: T) {
        *state += 1;
    }

    #[inline]
    fn finish(&self, state: u64) -> u64 {
        state
    }
}

impl<T> Merge<T> for Count {
    #[inline]
    fn merge(&self, into: &mut u64, later: u64) {
        *into += later;
    }
}
