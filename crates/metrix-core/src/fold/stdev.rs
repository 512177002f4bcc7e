//! [`Stdev`]: the sample standard deviation.

use super::{Fold, Merge, Moments};

/// The sample standard deviation of numbers (all that are `Into<f64>`): the root of the
/// [sample variance](super::Variance), with half its relative error and the same rules for NaN and infinity. The result
/// is `None` for fewer than two items; the state is the 32 bytes of [`Moments`].
///
/// ```
/// use metrix_core::fold::{Fold, Stdev};
///
/// assert_eq!(Stdev.fold([1, 3, 5]), Some(2.0));
/// assert_eq!(Stdev.fold([1]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stdev;

impl<T: Into<f64>> Fold<T> for Stdev {
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
        state.sample_variance().map(f64::sqrt)
    }
}

impl<T: Into<f64>> Merge<T> for Stdev {
    #[inline]
    fn merge(&self, into: &mut Moments, later: Moments) {
        into.merge(later);
    }
}
