//! [`Variance`]: the sample variance, and [`Moments`], what it and its kin are computed from.

use std::num::NonZeroU32;

use super::{Fold, Merge};

/// The sample variance of numbers (all that are `Into<f64>`): the sum of squared distances from the mean, over one less
/// than the count. The result is `None` for fewer than two items.
///
/// The state is the 32 bytes of [`Moments`], which tells how exact it is. A NaN or an infinity makes the result NaN.
/// Numbers more than 1e154 apart, whose squares are beyond the largest `f64`, make it infinite or NaN; those less than
/// 1e-146 apart lose digits to the smallest.
///
/// ```
/// use metrix_core::fold::{Fold, Variance};
///
/// assert_eq!(Variance.fold([1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]), Some(30.0));
/// assert_eq!(Variance.fold([1.0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variance;

/// The count, the sum, and the sum of squared distances from the mean.
///
/// A step is that of Youngs and Cramer (*Some Results Relevant to Choice of Sum and Sum-of-Product Algorithms*, 1971),
/// after each number has been measured from the first. It is as exact as Welford's, which keeps the mean, but no step
/// waits for the division of the one before. Two states are merged by formula 2.1 of Chan, Golub and LeVeque
/// (*Algorithms for Computing the Sample Variance*, 1983).
///
/// The relative error of the variance is at most some `n * k * 1.1e-16` for n items, where `k` is the distance of the
/// mean from the first item, in standard deviations, or 1 if that is more (Chan and Lewis, *Computing Standard
/// Deviations: Accuracy*, 1979). A common offset of the items plays no part, and `k` can't be beyond the root of n.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    first: f64,
    /// The sum of all, measured from the first.
    sum: f64,
    squares: f64,
}

impl Moments {
    /// Takes one number in.
    #[inline(always)]
    pub fn add(&mut self, x: f64) {
        self.count = self.count.saturating_add(1);
        if self.count == 1 {
            self.first = x;
            // What is not finite has no distance from the others, whatever these are.
            self.squares = if x.is_finite() { 0.0 } else { f64::NAN };
            return;
        }
        let (n, x) = (self.count as f64, x - self.first);
        self.sum += x;
        // From the new mean, n times.
        let distance = n * x - self.sum;
        self.squares += distance * (distance / (n * (n - 1.0)));
    }

    /// Takes one number in so many times, at the cost of one: by the formula for merging, as equal numbers have no squares. The
    /// count of a state ends at 2^64 - 1.
    ///
    /// ```
    /// use metrix_core::fold::Moments;
    /// use std::num::NonZeroU32;
    ///
    /// let mut moments = Moments::default();
    /// moments.add(1.0);
    /// moments.add_times(4.0, NonZeroU32::new(2).unwrap());
    /// assert_eq!(moments.sample_variance(), Some(3.0)); // of 1, 4 and 4
    /// ```
    #[inline]
    pub fn add_times(&mut self, x: f64, times: NonZeroU32) {
        // What is not finite has no distance from its like either.
        let squares = if x.is_finite() { 0.0 } else { f64::NAN };
        self.merge(Self { count: u64::from(times.get()), first: x, sum: 0.0, squares });
    }

    /// Adds what was seen later.
    #[inline]
    pub fn merge(&mut self, later: Self) {
        if self.count == 0 || later.count == 0 {
            *self = if self.count == 0 { later } else { *self };
            return;
        }
        let (n, m) = (self.count as f64, later.count as f64);
        let between = later.first - self.first;
        let distance = between + (later.sum / m - self.sum / n);
        self.count = self.count.saturating_add(later.count);
        self.sum += later.sum + m * between;
        self.squares += later.squares + distance * distance * (n / (n + m) * m);
    }

    /// The variance of the population that the items are a sample of.
    #[inline]
    pub fn sample_variance(self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The variance of the items if they are the whole population.
    #[inline]
    pub fn population_variance(self) -> Option<f64> {
        (self.count > 0).then(|| self.squares / self.count as f64)
    }
}

impl<T: Into<f64>> Fold<T> for Variance {
    type State = Moments;
    type Out = Option<f64>;

    #[inline]
    fn init(&self) -> Moments {
        Moments::default()
    }

    #[inline]
    fn step(&self, state: &mut Moments, item: T) {
        state.add(item.into());
    }

    #[inline]
    fn finish(&self, state: Moments) -> Option<f64> {
        state.sample_variance()
    }
}

impl<T: Into<f64>> Merge<T> for Variance {
    #[inline]
    fn merge(&self, into: &mut Moments, later: Moments) {
        into.merge(later);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Moments, Variance};
    use crate::fold::Fold;

    proptest! {
        #[test]
        fn a_number_several_times_is_as_if_one_by_one(numbers in vec((-1e3..1e3_f64, 1..100_u32), 1..20)) {
            let mut moments = Moments::default();
            for &(x, times) in &numbers {
                moments.add_times(x, NonZeroU32::new(times).expect("from 1"));
            }
            let one_by_one = || numbers.iter().flat_map(|&(x, times)| std::iter::repeat_n(x, times as usize));
            let (ours, expected) = (moments.sample_variance(), Variance.fold(one_by_one()));
            let error = (one_by_one().count() as f64).powf(1.5) * 1.1e-16 * expected.unwrap_or_default();
            prop_assert!(ours.is_some() == expected.is_some(), "{:?} {:?}", ours, expected);
            prop_assert!((ours.unwrap_or_default() - expected.unwrap_or_default()).abs() <= error, "{:?} {:?}", ours, expected);
        }
    }

    #[test]
    fn a_number_several_times_alone() {
        let times = |x| {
            let mut moments = Moments::default();
            moments.add_times(x, NonZeroU32::MAX);
            moments.sample_variance()
        };
        assert_eq!(times(1e300), Some(0.0));
        assert!(times(f64::INFINITY).is_some_and(f64::is_nan));
    }

    #[test]
    fn equal_items_have_no_variance() {
        assert_eq!(Variance.fold([0.1; 1000]), Some(0.0));
    }

    #[test]
    fn what_has_no_variance() {
        assert_eq!(Variance.fold([0.0; 0]), None);
        assert!(Variance.fold([1.0, f64::NAN]).unwrap().is_nan());
        assert!(Variance.fold([f64::INFINITY, 1.0]).unwrap().is_nan());
        assert!(Variance.fold([1.0, f64::INFINITY]).unwrap().is_nan());
        assert_eq!(Variance.fold([0.0, 1e200]), Some(f64::INFINITY));
    }
}
