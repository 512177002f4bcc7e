//! [`Min`]: the smallest item.

use super::{Fold, Merge};

/// Keeps the smallest item: the first of equal ones, and no NaN while there is anything else. The result is `None` if
/// there was no item; the state is one item.
///
/// ```
/// use metrix_core::fold::{Fold, Min};
///
/// assert_eq!(Min.fold([1.5, f64::NAN, -4.0]), Some(-4.0));
/// assert_eq!(Min.fold([""; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Min;

impl<T: PartialOrd> Fold<T> for Min {
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
            Some(smallest) if !(item < *smallest || *smallest != *smallest) => {}
            _ => *state = Some(item),
        }
    }

    #[inline]
    fn finish(&self, state: Option<T>) -> Option<T> {
        state
    }
}

impl<T: PartialOrd> Merge<T> for Min {
    #[inline]
    fn merge(&self, into: &mut Option<T>, later: Option<T>) {
        if let Some(item) = later {
            self.step(into, item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Min;
    use crate::fold::Fold;

    #[test]
    fn a_nan_stays_only_where_there_is_nothing_else() {
        assert!(Min.fold([f64::NAN]).unwrap().is_nan());
        assert_eq!(Min.fold([f64::NAN, 2.0, f64::NAN, f64::INFINITY]), Some(2.0));
    }

    #[test]
    fn the_first_of_equal_items_is_kept() {
        assert!(Min.fold([0.0_f64, -0.0]).unwrap().is_sign_positive());
    }
}
