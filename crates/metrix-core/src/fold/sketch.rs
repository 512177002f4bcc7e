//! [`Sketch`]: how numbers are distributed, in bounded memory.

use sketches_ddsketch::{Config, DDSketch};

use super::exact_quantile::check;
use super::{Fold, Merge};
use crate::macros::opaque_debug;

/// Sketches the distribution of numbers (all that are `Into<f64>`), of which any quantile can then be asked. Where the
/// quantiles are known beforehand, [`Quantile`](super::Quantile) and [`Quantiles`](super::Quantiles) give them directly.
///
/// It is a DDSketch (Masson, Rim and Lee, *DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error
/// Guarantees*, 2019): a histogram on a logarithmic scale. Merging loses nothing: the result is that of all items in one
/// sketch.
///
/// # Error
/// The quantile `q` of n numbers is the one of rank `ceil(q * n)` from 1, the [nearest rank](Distribution::quantile), off
/// by at most 1 % of its own value, or the error that you [choose](Self::with_error), whether the numbers are positive,
/// negative or both. Magnitudes below 2.3e-308 count as 0; those more than 1e18 times smaller than
/// the largest of their sign may be taken for that one's 1e18th part. Infinities are kept, and no NaN counts while there
/// is anything else.
///
/// # Memory
/// A few hundred bytes, and 8 bytes a bin for each sign: 128 bins at least, and in all as many as it takes to span the
/// numbers, which is 115 for every power of ten at an error of 1 %; never more than for 18 powers of ten (17 KB a sign).
/// Ten times as many for a tenth of the error.
///
/// ```
/// use metrix_core::fold::{Fold, Sketch};
///
/// let latencies = Sketch::new().fold((1..=1000).map(f64::from));
/// let p99 = latencies.quantile(0.99).unwrap();
/// assert!((p99 - 990.0).abs() <= 0.01 * 990.0);
/// assert_eq!(latencies.quantile(1.0), Some(1000.0)); // the ends are exact
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sketch {
    config: Config,
}

/// How far apart the largest and the smallest magnitude may lie before the small ones are taken together.
const SPAN: f64 = 1e18;

impl Sketch {
    /// Sketches with a relative error of 1 %.
    pub fn new() -> Self {
        Self { config: config(0.01) }
    }

    /// The same with this relative error.
    ///
    /// # Panics
    /// If `error` is not between 0.0001 and 0.5.
    #[track_caller]
    pub fn with_error(self, error: f64) -> Self {
        assert!(
            (0.0001..=0.5).contains(&error),
            "an error of {error} is not possible: it must be between 0.0001 and 0.5"
        );
        Self { config: config(error) }
    }
}

fn config(error: f64) -> Config {
    let bins = SPAN.ln() / ((1.0 + error) / (1.0 - error)).ln();
    Config::new(error, bins.ceil() as u32 + 2, f64::MIN_POSITIVE)
}

impl Default for Sketch {
    fn default() -> Self {
        Self::new()
    }
}

/// How numbers are distributed: the state of [`Sketch`], and its result.
#[derive(Clone)]
pub struct Distribution {
    finite: DDSketch,
    /// What the library has no bin for.
    negative_infinities: u64,
    infinities: u64,
    nans: u64,
}

opaque_debug!(Distribution<> { negative_infinities, infinities, nans });

impl Distribution {
    fn add(&mut self, x: f64) {
        if x.is_finite() {
            self.finite.add(x);
        } else if x.is_nan() {
            self.nans += 1;
        } else if x > 0.0 {
            self.infinities += 1;
        } else {
            self.negative_infinities += 1;
        }
    }

    /// How many numbers there were, without NaNs.
    pub fn count(&self) -> u64 {
        self.negative_infinities + self.finite.count() as u64 + self.infinities
    }

    /// The number of rank `ceil(q * count)` in ascending order, counted from 1, as near as the sketch tells; `None` if
    /// there was no item. 0 asks for the smallest, 1 for the largest; these two are exact.
    ///
    /// This is the nearest rank (definition 1 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996): the
    /// smallest of the numbers such that at least the share `q` of them all is no larger. So the 99th percentile of less
    /// than 100 numbers is the largest. [`ExactQuantile`](super::ExactQuantile) interpolates between two numbers instead
    /// (definition 7).
    ///
    /// A product that exceeds a whole number by no more than rounding does (1e-15 of itself) counts as that number: 0.07
    /// of 100 numbers asks for the 7th, though `0.07 * 100.0` is more than 7.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, Sketch};
    ///
    /// let latencies = Sketch::new().fold([1.0, 2.0, 1000.0]);
    /// assert_eq!(latencies.quantile(0.99), Some(1000.0));
    /// assert!((latencies.quantile(0.5).unwrap() - 2.0).abs() <= 0.01 * 2.0);
    /// ```
    ///
    /// # Panics
    /// If `q` is not between 0 and 1.
    #[track_caller]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = nearest_rank(check(q), self.count());
        let finite = self.finite.count() as u64;
        if self.count() == 0 {
            return (self.nans > 0).then_some(f64::NAN);
        }
        if rank < self.negative_infinities {
            return Some(f64::NEG_INFINITY);
        }
        let rank = rank - self.negative_infinities;
        if rank >= finite {
            return Some(f64::INFINITY);
        }
        let q = match rank {
            0 => 0.0,
            _ if rank + 1 == finite => 1.0,
            // The library takes a quantile, whose rank it rounds down: half a rank more is safe from rounding.
            _ => (rank as f64 + 0.5) / (finite as f64 - 1.0),
        };
        let (Ok(Some(value)), Some(min), Some(max)) = (self.finite.quantile(q), self.finite.min(), self.finite.max())
        else {
            unreachable!("{q} is a quantile, and the sketch is not empty")
        };
        // The middle of an outer bin may lie beyond all items.
        Some(value.clamp(min, max))
    }
}

/// The rank `ceil(q * count)`, but counted from 0.
fn nearest_rank(q: f64, count: u64) -> u64 {
    let product = q * count as f64;
    // A quotient like 99.9 / 100.0 and the product are at most three roundings away from what is meant, each of them
    // half an epsilon.
    let rank = (product - product * (4.0 * f64::EPSILON)).ceil() as u64;
    rank.saturating_sub(1)
}

impl<T: Into<f64>> Fold<T> for Sketch {
    type State = Distribution;
    type Out = Distribution;

    fn init(&self) -> Distribution {
        Distribution { finite: DDSketch::new(self.config), negative_infinities: 0, infinities: 0, nans: 0 }
    }

    #[inline]
    fn step(&self, state: &mut Distribution, item: T) {
        state.add(item.into());
    }

    fn finish(&self, state: Distribution) -> Distribution {
        state
    }
}

impl<T: Into<f64>> Merge<T> for Sketch {
    fn merge(&self, into: &mut Distribution, later: Distribution) {
        into.finite.merge(&later.finite).expect("states that are merged come from folds with the same error");
        into.negative_infinities += later.negative_infinities;
        into.infinities += later.infinities;
        into.nans += later.nans;
    }
}

#[cfg(test)]
mod tests {
    use super::{Sketch, nearest_rank};
    use crate::fold::Fold;

    #[test]
    fn a_decimal_quantile_has_the_rank_that_is_meant() {
        assert_eq!(nearest_rank(0.07, 100), 6);
        assert_eq!(nearest_rank(99.9 / 100.0, 1000), 998);
        assert_eq!(nearest_rank(0.070_000_1, 100), 7);
        assert_eq!(nearest_rank(0.5, 1 << 40), (1 << 39) - 1);
        assert_eq!(nearest_rank(0.5, (1 << 40) + 1), 1 << 39);
    }

    #[test]
    fn ranks_stay_within_the_count() {
        for count in [1, 2, 99, 1 << 53, u64::MAX >> 1] {
            assert_eq!(nearest_rank(0.0, count), 0);
            assert_eq!(nearest_rank(f64::MIN_POSITIVE, count), 0);
            assert!(nearest_rank(1.0, count) < count);
        }
    }

    #[test]
    fn infinities_have_their_ranks() {
        let numbers = Sketch::new().fold([f64::INFINITY, 5.0, f64::NEG_INFINITY, f64::NAN, 0.0]);
        assert_eq!(numbers.count(), 4);
        let at = |q| numbers.quantile(q).unwrap();
        assert_eq!((at(0.0), at(0.5), at(0.75), at(0.76)), (f64::NEG_INFINITY, 0.0, 5.0, f64::INFINITY));
        assert_eq!((at(0.25), at(0.26), at(1.0)), (f64::NEG_INFINITY, 0.0, f64::INFINITY));
    }

    #[test]
    fn nothing_and_no_numbers() {
        assert_eq!(Sketch::new().fold([0.0; 0]).quantile(0.5), None);
        assert!(Sketch::new().fold([f64::NAN]).quantile(0.5).unwrap().is_nan());
    }

    #[test]
    #[should_panic(expected = "an error of 0 is not possible: it must be between 0.0001 and 0.5")]
    fn no_error_at_all_is_refused() {
        Sketch::new().with_error(0.0);
    }
}
