//! [`PopulationStdev`]: the standard deviation of a whole population.

use super::{Fold, Merge, Moments};

/// The standard deviation of numbers (all that are `Into<f64>`) that are the whole population: the root of the
/// [population variance](super::PopulationVariance), with half its relative error and the same rules for NaN and
/// infinity. The result is `None` if there was no item; the state is the 32 bytes of [`Moments`].
///
/// ```
/// use metrix_core::fold::{Fold, PopulationStdev};
///
/// assert_eq!(PopulationStdev.fold([1, 5]), Some(2.0));
/// assert_eq!(PopulationStdev.fold([1]), Some(0.0));
/// assert_eq!(PopulationStdev.fold([0.0; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PopulationStdev;

impl<T: Into<f64>> Fold<T> for PopulationStdev {
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
        state.population_variance().map(f64::sqrt)
    }
}

impl<T: Into<f64>> Merge<T> for PopulationStdev {
    #[inline]
    fn merge(&self, into: &mut Moments, later: Moments) {
        into.merge(later);
    }
}
