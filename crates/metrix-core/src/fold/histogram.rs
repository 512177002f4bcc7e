//! [`Histogram`]: how many numbers lie between given bounds.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::{Fold, Merge};

/// Counts numbers (all that are `Into<f64>`) by the buckets that the given bounds make.
///
/// The result is one count a bucket: the numbers up to and including the first bound, those above it up to and including
/// the second, and so on; last, those above all bounds, among which a NaN is counted. This is how Prometheus and
/// OpenTelemetry cut them, but not cumulative. The counts of all buckets add up to the number of items. The state is
/// eight bytes a bucket.
///
/// ```
/// use metrix_core::fold::{Fold, Histogram};
///
/// let latency = Histogram::new([0.1, 1.0]);
/// assert_eq!(latency.fold([0.05, 0.1, 0.3, 7.0]), [2, 1, 1]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    bounds: Arc<[f64]>,
}

impl Histogram {
    /// Counts between these bounds.
    ///
    /// # Panics
    /// If the bounds are refused by [`try_new`](Self::try_new).
    #[track_caller]
    pub fn new(bounds: impl IntoIterator<Item = f64>) -> Self {
        match Self::try_new(bounds) {
            Ok(histogram) => histogram,
            Err(error) => panic!("{error}"),
        }
    }

    /// Counts between these bounds, which may come from a user.
    ///
    /// # Errors
    /// If there is no bound, one is not finite, or one is not greater than the one before it.
    ///
    /// ```
    /// use metrix_core::fold::Histogram;
    ///
    /// let error = Histogram::try_new([1.0, 5.0, 2.0]).unwrap_err();
    /// assert_eq!(error.to_string(), "a histogram's bounds must rise, and 2 comes after 5");
    /// ```
    pub fn try_new(bounds: impl IntoIterator<Item = f64>) -> Result<Self, BoundsError> {
        let bounds: Arc<[f64]> = bounds.into_iter().collect();
        if bounds.is_empty() {
            return Err(BoundsError::Empty);
        }
        if let Some(&bound) = bounds.iter().find(|bound| !bound.is_finite()) {
            return Err(BoundsError::NotFinite(bound));
        }
        if let Some(pair) = bounds.windows(2).find(|pair| pair[0] >= pair[1]) {
            return Err(BoundsError::NotRising { before: pair[0], after: pair[1] });
        }
        Ok(Self { bounds })
    }

    /// The bounds. There is one bucket more than bounds.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// Counts one number so many times, at the cost of one. A count ends at 2^64 - 1.
    ///
    /// ```
    /// use metrix_core::fold::Histogram;
    /// use std::num::NonZeroU32;
    ///
    /// let latency = Histogram::new([0.1, 1.0]);
    /// let mut counts = vec![0; 3];
    /// latency.add_times(&mut counts, 0.3, NonZeroU32::new(100).unwrap());
    /// assert_eq!(counts, [0, 100, 0]);
    /// ```
    ///
    /// # Panics
    /// If the counts are fewer than the buckets: they are the state of a histogram with these bounds.
    #[inline]
    pub fn add_times(&self, counts: &mut [u64], x: f64, times: NonZeroU32) {
        let bucket = self.bounds.partition_point(|&bound| x > bound || x.is_nan());
        counts[bucket] = counts[bucket].saturating_add(u64::from(times.get()));
    }
}

/// Why a [`Histogram`] can't have these bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BoundsError {
    /// There is none.
    Empty,
    /// This one is infinite or NaN.
    NotFinite(f64),
    /// Two neighbours are equal or in the wrong order.
    NotRising {
        /// The first of the two.
        before: f64,
        /// The second of the two, which ought to be the greater.
        after: f64,
    },
}

impl fmt::Display for BoundsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "a histogram needs at least one bound"),
            Self::NotFinite(bound) => {
                write!(
                    f,
                    "a histogram's bounds must be finite, and {bound} is not: what lies beyond them is counted anyway"
                )
            }
            Self::NotRising { before, after } => {
                write!(f, "a histogram's bounds must rise, and {after} comes after {before}")
            }
        }
    }
}

impl std::error::Error for BoundsError {}

impl<T: Into<f64>> Fold<T> for Histogram {
    type State = Vec<u64>;
    type Out = Vec<u64>;

    fn init(&self) -> Vec<u64> {
        vec![0; self.bounds.len() + 1]
    }

    #[inline]
    fn step(&self, state: &mut Vec<u64>, item: T) {
        self.add_times(state, item.into(), NonZeroU32::MIN);
    }

    fn finish(&self, state: Vec<u64>) -> Vec<u64> {
        state
    }
}

impl<T: Into<f64>> Merge<T> for Histogram {
    fn merge(&self, into: &mut Vec<u64>, later: Vec<u64>) {
        assert_eq!(into.len(), later.len(), "histograms of different bounds can't be merged");
        into.iter_mut().zip(later).for_each(|(count, later)| *count = count.saturating_add(later));
    }
}

#[cfg(test)]
mod tests {
    use super::{BoundsError, Histogram};
    use crate::fold::Fold;

    #[test]
    fn every_number_is_counted() {
        let numbers = [f64::NEG_INFINITY, -0.0, 0.0, 0.5, f64::INFINITY, f64::NAN];
        assert_eq!(Histogram::new([0.0]).fold(numbers), [3, 3]);
    }

    #[test]
    fn refuses_bounds_that_make_no_buckets() {
        assert_eq!(Histogram::try_new([]), Err(BoundsError::Empty));
        assert_eq!(Histogram::try_new([1.0, f64::INFINITY]), Err(BoundsError::NotFinite(f64::INFINITY)));
        assert!(matches!(Histogram::try_new([f64::NAN]), Err(BoundsError::NotFinite(_))));
        assert_eq!(Histogram::try_new([2.0, 2.0]), Err(BoundsError::NotRising { before: 2.0, after: 2.0 }));
    }

    #[test]
    #[should_panic(expected = "a histogram needs at least one bound")]
    fn panics_with_the_reason() {
        Histogram::new([]);
    }
}
