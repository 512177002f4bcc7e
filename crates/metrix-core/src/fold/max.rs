//! [`Max`]: the largest item.

use super::{Fold, Merge};

/// Keeps the largest item: the first of equal ones, and no NaN while there is anything else. The result is `None` if
/// there was no item; the state is one item.
///
/// ```
/// use metrix_core::fold::{Fold, Max};
///
/// assert_eq!(Max.fold([1.5, f64::NAN, 4.0]), Some(4.0));
/// assert_eq!(Max.fold([""; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Max;

impl<T: PartialOrd> Fold<T> for Max {
    type State = Option<T>;
    type Out = Option<T>;

    #[inline]
    fn init(&self) -> Option<T> {
        None
    }

    #[inline]
    fn step(&self, state: &mut Option<T>, item: T) {
        match state {
            // What is not equal to itself is a NaN, which gives way to anything.
            #[allow(clippy::eq_op)]
            Some(largest) if !(item > *largest || *largest != *largest) => {}
            _ => *state = Some(item),
        }
    }

    #[inline]
    fn finish(&self, state: Option<T>) -> Option<T> {
        state
    }
}

impl<T: PartialOrd> Merge<T> for Max {
    #[inline]
    fn merge(&self, into: &mut Option<T>, later: Option<T>) {
        if let Some(item) = later {
            self.step(into, item);
        }
    }
}
