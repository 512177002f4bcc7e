//! [`Quantile`]: a quantile in bounded memory.

use super::exact_quantile::check;
use super::{Distribution, Fold, Merge, Sketch};

/// A quantile of numbers (all that are `Into<f64>`), off by at most 1/128 (0.78 %) of its own value or the error that you
/// [choose](Self::with_error). The result is `None` if there was no item.
///
/// The quantile `q` of n numbers is the one of rank `ceil(q * n)` from 1, the [nearest rank](Distribution::quantile): the
/// 99th percentile of less than 100 numbers is the largest. [`ExactQuantile`](super::ExactQuantile) interpolates instead.
///
/// The state is that of a [`Sketch`], which tells its size, the error and the rules for infinity and NaN. Several quantiles
/// of the same numbers are cheaper as [`Quantiles`](super::Quantiles).
///
/// ```
/// use metrix_core::fold::{Fold, Quantile};
///
/// let p99 = Quantile::new(0.99).fold((1..=1000).map(f64::from)).unwrap();
/// assert!((p99 - 990.0).abs() <= 990.0 / 128.0);
/// assert_eq!(Quantile::new(0.99).fold([1.0, 1000.0]), Some(1000.0));
/// assert_eq!(Quantile::new(0.99).fold([0.0; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    q: f64,
    sketch: Sketch,
}

impl Quantile {
    /// The quantile `q`, with a relative error of 1/128, which is 0.78 %: 0 is the smallest value, 1 the largest.
    ///
    /// # Panics
    /// If `q` is not between 0 and 1.
    #[track_caller]
    pub fn new(q: f64) -> Self {
        Self { q: check(q), sketch: Sketch::new() }
    }

    /// The same with this relative error, or the next power of two below it.
    ///
    /// # Panics
    /// If `error` is not between 0.0001 and 0.5.
    #[track_caller]
    pub fn with_error(self, error: f64) -> Self {
        Self { sketch: self.sketch.with_error(error), ..self }
    }
}

impl<T: Into<f64>> Fold<T> for Quantile {
    type State = Distribution;
    type Out = Option<f64>;

    fn init(&self) -> Distribution {
        Fold::<T>::init(&self.sketch)
    }

    #[inline]
    fn step(&self, state: &mut Distribution, item: T) {
        self.sketch.step(state, item);
    }

    fn finish(&self, state: Distribution) -> Option<f64> {
        state.quantile(self.q)
    }
}

impl<T: Into<f64>> Merge<T> for Quantile {
    fn merge(&self, into: &mut Distribution, later: Distribution) {
        Merge::<T>::merge(&self.sketch, into, later);
    }
}
