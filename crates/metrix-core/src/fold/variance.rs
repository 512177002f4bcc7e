//! [`Variance`]: the sample variance, and [`Moments`], what it and its kin are computed from.

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

/// The count, the mean, and the sum of squared distances from it.
///
/// A step is Welford's (*Note on a Method for Calculating Corrected Sums of Squares and Products*, 1962), after each
/// number has been measured from the first; two states are merged by formula 2.1 of Chan, Golub and LeVeque
/// (*Algorithms for Computing the Sample Variance*, 1983).
///
/// The relative error of the variance is at most some `n * k * 1.1e-16` for n items, where `k` is the distance of the
/// mean from the first item, in standard deviations, or 1 if that is more (Chan and Lewis, *Computing Standard
/// Deviations: Accuracy*, 1979). A common offset of the items plays no part, and `k` can't be beyond the root of n.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    first: f64,
    /// Measured from the first.
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes one number in.
    #[inline]
    pub fn add(&mut self, x: f64) {
        if self.count == 0 {
            self.first = x;
        }
        self.count += 1;
        let x = x - self.first;
        let distance = x - self.mean;
        self.mean += distance / self.count as f64;
        self.squares += distance * (x - self.mean);
    }

    /// Adds what was seen later.
    #[inline]
    pub fn merge(&mut self, later: Self) {
        if self.count == 0 || later.count == 0 {
            *self = if self.count == 0 { later } else { *self };
            return;
        }
        let (n, m) = (self.count as f64, later.count as f64);
        let distance = (later.first - self.first) + (later.mean - self.mean);
        self.count += later.count;
        self.mean += distance * (m / (n + m));
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
    use super::Variance;
    use crate::fold::Fold;

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
