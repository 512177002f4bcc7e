//! [`Sketch`]: how numbers are distributed, in bounded memory.

mod buckets;
mod distribution;
mod grid;

use self::grid::Grid;
use super::{Fold, Merge};

pub use self::distribution::Distribution;

/// Sketches the distribution of numbers (all that are `Into<f64>`), of which any quantile can then be asked. Where the
/// quantiles are known beforehand, [`Quantile`](super::Quantile) and [`Quantiles`](super::Quantiles) give them directly.
///
/// It is a histogram whose buckets are read off a float's own bits: the exponent and the first 6 bits of the mantissa
/// say which one it is. So every octave, from a power of two to the next, has 64 buckets of equal width, and a step
/// computes no logarithm. Merging loses nothing: the result is that of all items in one sketch.
///
/// # Error
/// The quantile `q` of n numbers is the one of rank `ceil(q * n)` from 1, the [nearest rank](Distribution::quantile), off
/// by at most 1/128 (0.78 %) of its own value, or the error that you [choose](Self::with_error), whether the numbers are
/// positive, negative or both. A bucket that begins at `2^e * (1 + i/64)` is `2^e / 64` wide, and all in it count as its
/// middle, half of that away at most: `2^e / 128`, for numbers of `2^e` or more. With `b` bits in the place of 6 it is
/// one part in `2^(b+1)`. The smallest number and the largest are exact, and so is 0.
///
/// Numbers more than 1e18 times smaller than the largest of their sign may be taken for up to that one's 1e18th part: 62
/// octaves are told apart. Infinities are kept, and no NaN counts while there is anything else.
///
/// # Memory
/// 136 bytes, and for each sign 2 bytes a bucket from the smallest magnitude to the largest: 213 buckets (0.4 KB) for every
/// power of ten. Up to two thirds more are there to grow into, and 65 at least. Never more than 64 octaves, which is 4096
/// buckets (8 KB a sign), however far the numbers lie apart. Half the error takes twice as many. Where more than 65 535 numbers fall
/// into one bucket, each of its sign takes 10 bytes.
///
/// ```
/// use metrix_core::fold::{Fold, Sketch};
///
/// let latencies = Sketch::new().fold((1..=1000).map(f64::from));
/// let p99 = latencies.quantile(0.99).unwrap();
/// assert!((p99 - 990.0).abs() <= 990.0 / 128.0);
/// assert_eq!(latencies.quantile(1.0), Some(1000.0)); // the ends are exact
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    grid: Grid,
}

impl Sketch {
    /// Sketches with a relative error of 1/128, which is 0.78 %.
    pub fn new() -> Self {
        Self { grid: Grid::with_bits(6) }
    }

    /// The same with this relative error, or the next power of two below it.
    ///
    /// ```
    /// use metrix_core::fold::Sketch;
    ///
    /// assert_eq!(Sketch::new().with_error(0.01), Sketch::new());
    /// assert_eq!(Sketch::new().with_error(0.001).error(), 1.0 / 1024.0);
    /// ```
    ///
    /// # Panics
    /// If `error` is not between 0.0001 and 0.5.
    #[track_caller]
    pub fn with_error(self, error: f64) -> Self {
        assert!(
            (0.0001..=0.5).contains(&error),
            "an error of {error} is not possible: it must be between 0.0001 and 0.5"
        );
        Self { grid: Grid::with_error(error) }
    }

    /// How far a quantile is off at most, as a part of its value.
    pub fn error(&self) -> f64 {
        self.grid.error()
    }
}

impl Default for Sketch {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Into<f64>> Fold<T> for Sketch {
    type State = Distribution;
    type Out = Distribution;

    #[inline]
    fn init(&self) -> Distribution {
        Distribution::new(self.grid)
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
    /// # Panics
    /// If the two states come from sketches of different errors.
    fn merge(&self, into: &mut Distribution, later: Distribution) {
        into.merge(later);
    }
}

#[cfg(test)]
mod tests {
    use super::Sketch;
    use crate::fold::{Fold, Merge};

    #[test]
    #[should_panic(expected = "an error of 0 is not possible: it must be between 0.0001 and 0.5")]
    fn no_error_at_all_is_refused() {
        Sketch::new().with_error(0.0);
    }

    #[test]
    #[should_panic(expected = "states that are merged come from folds with the same error")]
    fn states_of_different_errors_are_not_merged() {
        let later = Sketch::new().with_error(0.1).fold([1.0]);
        Merge::<f64>::merge(&Sketch::new(), &mut Sketch::new().fold([1.0]), later);
    }
}
