//! [`Last`]: the item that came last.

use super::{Fold, Merge};

/// Keeps the item that came last, whatever it is: also a NaN. The result is `None` if there was no item; the state is
/// one item.
///
/// ```
/// use metrix_core::fold::{Fold, Last};
///
/// assert_eq!(Last.fold([3, 1, 2]), Some(2));
/// assert_eq!(Last.fold([""; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Last;

impl<T> Fold<T> for Last {
    type State = Option<T>;
    type Out = Option<T>;

    #[inline]
    fn init(&self) -> Option<T> {
        None
    }

    #[inline]
    fn step(&self, state: &mut Option<T>, item: T) {
        *state = Some(item);
    }

    #[inline]
    fn finish(&self, state: Option<T>) -> Option<T> {
        state
    }
}

impl<T> Merge<T> for Last {
    #[inline]
    fn merge(&self, into: &mut Option<T>, later: Option<T>) {
        if later.is_some() {
            *into = later;
        }
    }
}
