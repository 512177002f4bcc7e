//! [`Sum`]: the compensated sum.

use std::num::NonZeroU32;

use super::{Fold, Merge};

/// Adds up numbers (all that are `Into<f64>`) and carries the rounding error along. The sum of nothing is 0; the state is
/// 16 bytes.
///
/// The result is right to the last bit as long as the count times the sum of all magnitudes is below 2^105 units, where
/// the unit is the smallest bit that any term has: a million terms between 1 and 1000 are. Beyond, the error is at most
/// one rounding of the result plus `(n * 1.1e-16)^2` times the sum of all magnitudes. A NaN makes the sum NaN; once it
/// has gone beyond the largest `f64`, it is infinite, or NaN if an infinity of the other sign comes; a term that is itself
/// the largest or the smallest `f64` can undo the compensation, so that what is left is the plain sum.
///
/// A step is Knuth's TwoSum: *The Art of Computer Programming*, vol. 2, 4.2.2, theorem B; the error terms are added up
/// apart (Ogita, Rump and Oishi, *Accurate Sum and Dot Product*, 2005, algorithm 4.4 and proposition 4.5).
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
        *self = self.plus(term);
    }

    /// Adds one term, unless it or what it comes to is not finite; says whether it has. To find that out after the addition costs less
    /// than before. Next to the largest `f64` a term may be left out that would have been finite still; a sum that has ever been
    /// infinite or NaN takes none.
    ///
    /// ```
    /// use metrix_core::fold::Compensated;
    ///
    /// let mut sum = Compensated::default();
    /// assert!([1e100, 1.0, -1e100].into_iter().all(|term| sum.add_finite(term)));
    /// assert!([f64::INFINITY, f64::NEG_INFINITY, f64::NAN].into_iter().all(|term| !sum.add_finite(term)));
    /// assert_eq!(sum.value(), 1.0);
    /// ```
    #[inline(always)]
    pub fn add_finite(&mut self, term: f64) -> bool {
        let sum = self.plus(term);
        // If one of the two that TwoSum begins with is not finite or their sum isn't, then it takes an infinity from an infinity, and
        // the error is NaN, and stays so.
        let is_finite = !sum.error.is_nan();
        if is_finite {
            *self = sum;
        }
        is_finite
    }

    #[inline(always)]
    fn plus(self, term: f64) -> Self {
        let sum = self.sum + term;
        let of_term = sum - self.sum;
        let of_sum = sum - of_term;
        let error = self.error + ((self.sum - of_sum) + (term - of_term));
        Self { sum, error }
    }

    /// Adds one term so many times, by one product: its rounding error, which is a float itself, is carried along too
    /// (TwoProduct by a fused multiply-add, algorithm 3.5 of the same paper). A product beyond the largest `f64` makes the sum
    /// infinite, also where terms added one by one would have cancelled.
    ///
    /// ```
    /// use metrix_core::fold::Compensated;
    /// use std::num::NonZeroU32;
    ///
    /// let mut sum = Compensated::default();
    /// sum.add_times(0.1, NonZeroU32::new(10).unwrap());
    /// assert_eq!(sum.value(), 1.0);
    /// ```
    #[inline]
    pub fn add_times(&mut self, term: f64, times: NonZeroU32) {
        let times = f64::from(times.get());
        let product = times * term;
        self.error += times.mul_add(term, -product);
        self.add(product);
    }

    /// The sum. If a term or the sum is not finite, what plain addition gives.
    #[inline]
    pub fn value(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.known_error() } else { self.sum }
    }

    /// What the sum is rounded by, or nothing where that was lost: next to the largest `f64` a step of TwoSum can go
    /// beyond it although the sum does not (Boldo, Graillat and Muller, *On the Robustness of the 2Sum and Fast2Sum
    /// Algorithms*, 2017).
    #[inline]
    fn known_error(self) -> f64 {
        if self.error.is_finite() { self.error } else { 0.0 }
    }

    /// The sum divided by `count`, rounded once: what the division leaves is divided again, with the error.
    pub(super) fn over(self, count: u64) -> f64 {
        let count = count as f64;
        let quotient = self.sum / count;
        if !quotient.is_finite() {
            return quotient;
        }
        let rest = quotient.mul_add(-count, self.sum);
        quotient + (rest + self.known_error()) / count
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

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Compensated, Sum};
    use crate::fold::{Fold, Mean};

    #[test]
    fn what_cancels_leaves_the_rest() {
        assert_eq!(Sum.fold([1e100, 1.0, -1e100]), 1.0);
        assert_eq!(Sum.fold([0.1, 0.2, -0.3]), 2.7755575615628914e-17); // as math.fsum gives
    }

    #[test]
    fn numbers_that_are_not_finite() {
        assert_eq!(Sum.fold([1.0, f64::INFINITY, 2.0]), f64::INFINITY);
        assert!(Sum.fold([f64::INFINITY, f64::NEG_INFINITY]).is_nan());
        assert!(Sum.fold([1.0, f64::NAN]).is_nan());
        assert_eq!(Sum.fold([f64::MAX, f64::MAX, -f64::MAX]), f64::INFINITY);
        assert_eq!(Sum.fold([f64::MAX, -f64::MAX, 1.0]), 1.0);
    }

    #[test]
    fn finite_terms_with_a_finite_sum_never_give_nan() {
        let just_below = |steps| f64::from_bits(f64::MAX.to_bits() - steps);
        let (unit, sizes) = (f64::MAX - just_below(1), [f64::MAX, just_below(1), just_below(2)]);
        for large in sizes.into_iter().flat_map(|size| [size, -size]) {
            for quarters in -16..=16 {
                let small = f64::from(quarters) / 4.0 * unit;
                for terms in [[large, small], [small, large]] {
                    let plain = terms[0] + terms[1];
                    assert_eq!(Sum.fold(terms), plain, "{terms:?}");
                    assert_eq!(Mean.fold(terms), Some(plain / 2.0), "{terms:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn a_term_several_times_is_as_exact_as_one_by_one(terms in vec((-1e6..1e6_f64, 1..200_u32), 0..20)) {
            let mut sum = Compensated::default();
            for &(term, times) in &terms {
                sum.add_times(term, NonZeroU32::new(times).expect("from 1"));
            }
            let one_by_one = terms.iter().flat_map(|&(term, times)| std::iter::repeat_n(term, times as usize));
            prop_assert_eq!(sum.value(), Sum.fold(one_by_one));
        }
    }

    #[test]
    fn products_that_are_too_large_or_tiny() {
        let times = |term| {
            let mut sum = Compensated::default();
            sum.add_times(term, NonZeroU32::MAX);
            sum.value()
        };
        assert_eq!((times(f64::MAX), times(f64::MIN)), (f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!(times(5e-324), 4_294_967_295.0 * 5e-324);
    }

    #[test]
    fn the_sum_of_negative_zeros_is_zero() {
        assert_eq!(Sum.fold([-0.0, -0.0]), 0.0);
    }
}
