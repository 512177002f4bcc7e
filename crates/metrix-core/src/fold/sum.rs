//! [`Sum`]: the compensated sum.

use super::{Fold, Merge};

/// Adds up numbers (all that are `Into<f64>`) and carries the rounding error along, so that the result is right to the
/// last bit unless the terms cancel by more than the 106 bits that the state holds. The sum of nothing is 0.
///
/// The state is 16 bytes. A step is Knuth's TwoSum: *The Art of Computer Programming*, vol. 2, 4.2.2, theorem B; the
/// error terms are added up apart (Ogita, Rump and Oishi, *Accurate Sum and Dot Product*, 2005, algorithm 4.4).
///
/// ```
/// use metrix_core::fold::{Fold, Sum};
///
/// assert_eq!(Sum.fold([0.1; 10]), 1.0); // adding one after the other gives 0.9999999999999999
/// assert_eq!(Sum.fold([1, 2, 3]), 6.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum;

/// A sum and the error it was rounded by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Compensated {
    sum: f64,
    error: f64,
}

impl Compensated {
    /// Adds one term.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        let of_term = sum - self.sum;
        let of_sum = sum - of_term;
        self.error += (self.sum - of_sum) + (term - of_term);
        self.sum = sum;
    }

    /// The sum. If a term or the sum is not finite, what plain addition gives.
    #[inline]
    pub fn value(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.error } else { self.sum }
    }
}

impl<T: Into<f64>> Fold<T> for Sum {
    type State = Compensated;
    type Out = f64;

    #[inline]
    fn init(&self) -> Compensated {
        Compensated::default()
    }

    #[inline]
    fn step(&self, state: &mut Compensated, item: T) {
        state.add(item.into());
    }

    #[inline]
    fn finish(&self, state: Compensated) -> f64 {
        state.value()
    }
}

impl<T: Into<f64>> Merge<T> for Sum {
    #[inline]
    fn merge(&self, into: &mut Compensated, later: Compensated) {
        into.add(later.sum);
        into.error += later.error;
    }
}
