//! [`Median`]: the value in the middle.

use super::{ExactQuantile, Fold, Merge};

/// The median of numbers (all that are `Into<f64>`): the value in the middle, or the mean of the two in the middle, as
/// Python's `statistics.median` has it. It is the [`ExactQuantile`] of 0.5, and keeps every value like it.
///
/// No NaN counts while there is anything else. The result is `None` if there was no item.
///
/// ```
/// use metrix_core::fold::{Fold, Median};
///
/// assert_eq!(Median.fold([5, 1, 3]), Some(3.0));
/// assert_eq!(Median.fold([7, 5, 1, 3]), Some(4.0));
/// assert_eq!(Median.fold([0.0; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Median;

impl Median {
    fn quantile(self) -> ExactQuantile {
        ExactQuantile::new(0.5)
    }
}

impl<T: Into<f64>> Fold<T> for Median {
    type State = Vec<f64>;
    type Out = Option<f64>;

    #[inline]
    fn init(&self) -> Vec<f64> {
        Vec::new()
    }

    #[inline]
    fn step(&self, state: &mut Vec<f64>, item: T) {
        state.push(item.into());
    }

    /// Takes a time in proportion to the number of values.
    fn finish(&self, state: Vec<f64>) -> Option<f64> {
        Fold::<f64>::finish(&self.quantile(), state)
    }
}

impl<T: Into<f64>> Merge<T> for Median {
    fn merge(&self, into: &mut Vec<f64>, later: Vec<f64>) {
        Merge::<f64>::merge(&self.quantile(), into, later);
    }
}
