//! [`Quantiles`]: several quantiles from one state.

use super::exact_quantile::check;
use super::{Distribution, Fold, Merge, Sketch};

/// Several quantiles of numbers (all that are `Into<f64>`) in the order in which they are asked for, each off by at most
/// 1/128 (0.78 %) of its own value or the error that you [choose](Self::with_error). The result is `None` if there was no item.
///
/// The quantile `q` of n numbers is the one of rank `ceil(q * n)` from 1, the [nearest rank](Distribution::quantile): the
/// 99th percentile of less than 100 numbers is the largest. [`ExactQuantile`](super::ExactQuantile) interpolates instead.
///
/// The state is that of one [`Sketch`], which tells its size, the error and the rules for infinity and NaN.
///
/// ```
/// use metrix_core::fold::{Fold, Quantiles};
///
/// let [median, p99] = Quantiles::new([0.5, 0.99]).fold((1..=1001).map(f64::from)).unwrap();
/// assert!((median - 501.0).abs() <= 501.0 / 128.0);
/// assert!((p99 - 991.0).abs() <= 991.0 / 128.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles<const N: usize> {
    qs: [f64; N],
    sketch: Sketch,
}

impl<const N: usize> Quantiles<N> {
    /// The quantiles `qs`, with a relative error of 1/128, which is 0.78 %: 0 is the smallest value, 1 the largest.
    ///
    /// # Panics
    /// If one of them is not between 0 and 1.
    #[track_caller]
    pub fn new(qs: [f64; N]) -> Self {
        for q in qs {
            check(q);
        }
        Self { qs, sketch: Sketch::new() }
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

impl<T: Into<f64>, const N: usize> Fold<T> for Quantiles<N> {
    type State = Distribution;
    type Out = Option<[f64; N]>;

    fn init(&self) -> Distribution {
        Fold::<T>::init(&self.sketch)
    }

    #[inline]
    fn step(&self, state: &mut Distribution, item: T) {
        self.sketch.step(state, item);
    }

    fn finish(&self, state: Distribution) -> Option<[f64; N]> {
        let mut values = self.qs;
        for value in &mut values {
            *value = state.quantile(*value)?;
        }
        Some(values)
    }
}

impl<T: Into<f64>, const N: usize> Merge<T> for Quantiles<N> {
    fn merge(&self, into: &mut Distribution, later: Distribution) {
        Merge::<T>::merge(&self.sketch, into, later);
    }
}
