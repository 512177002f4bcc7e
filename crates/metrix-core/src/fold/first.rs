//! [`First`]: the item that came first.

use super::{Fold, Merge};

/// Keeps the item that came first, whatever it is: also a NaN. The result is `None` if there was no item; the state is
/// one item.
///
/// ```
/// use metrix_core::fold::{First, Fold};
///
/// assert_eq!(First.fold([3, 1, 2]), Some(3));
/// assert_eq!(First.fold([""; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct First;

impl<T> Fold<T> for First {
    type State = Option<T>;
    type Out = Option<T>;

    #[inline]
    fn init(&self) -> Option<T> {
        None
    }

    #[inline]
    fn step(&self, state: &mut Option<T>, item: T) {
        state.get_or_insert(item);
    }

    #[inline]
    fn finish(&self, state: Option<T>) -> Option<T> {
        state
    }
}

impl<T> Merge<T> for First {
    #[inline]
    fn merge(&self, into: &mut Option<T>, later: Option<T>) {
        if into.is_none() {
            *into = later;
        }
    }
}
