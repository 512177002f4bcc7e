//! [`Range`]: how far the numbers reach.

use super::{Fold, Max, Merge, Min};

/// Takes the smallest number (all that are `Into<f64>`) from the largest. No NaN counts while there is anything else.
/// The result is `None` if there was no item, 0 if all are equal, also infinite ones, and infinite where the difference
/// is beyond the largest `f64`; the state is two numbers.
///
/// ```
/// use metrix_core::fold::{Fold, Range};
///
/// assert_eq!(Range.fold([3.0, f64::NAN, -1.0]), Some(4.0));
/// assert_eq!(Range.fold([7]), Some(0.0));
/// assert_eq!(Range.fold([0.0; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range;

impl<T: Into<f64>> Fold<T> for Range {
    /// The smallest and the largest number.
    type State = (Option<f64>, Option<f64>);
    type Out = Option<f64>;

    #[inline]
    fn init(&self) -> Self::State {
        (None, None)
    }

    #[inline]
    fn step(&self, state: &mut Self::State, item: T) {
        (Min, Max).step(state, item.into());
    }

    #[inline]
    fn finish(&self, (min, max): Self::State) -> Option<f64> {
        let (min, max) = (min?, max?);
        // Two infinities of one sign have no difference.
        Some(if min == max { 0.0 } else { max - min })
    }
}

impl<T: Into<f64>> Merge<T> for Range {
    #[inline]
    fn merge(&self, into: &mut Self::State, later: Self::State) {
        Merge::<f64>::merge(&(Min, Max), into, later);
    }
}

#[cfg(test)]
mod tests {
    use super::Range;
    use crate::fold::Fold;

    #[test]
    fn extreme_numbers() {
        assert_eq!(Range.fold([f64::MAX, -f64::MAX]), Some(f64::INFINITY));
        assert_eq!(Range.fold([f64::INFINITY, 0.0]), Some(f64::INFINITY));
        assert_eq!(Range.fold([f64::INFINITY, f64::INFINITY]), Some(0.0));
        assert!(Range.fold([f64::NAN]).unwrap().is_nan());
    }
}
