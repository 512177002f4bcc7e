//! [`PopulationVariance`]: the variance of a whole population.

use super::{Fold, Merge, Moments};

/// The variance of numbers (all that are `Into<f64>`) that are the whole population: the mean of the squared distances
/// from the mean. The result is `None` if there was no item; the state, the error and the rules for NaN and infinity are
/// those of [`Variance`](super::Variance).
///
/// ```
/// use metrix_core::fold::{Fold, PopulationVariance};
///
/// assert_eq!(PopulationVariance.fold([1, 5]), Some(4.0));
/// assert_eq!(PopulationVariance.fold([1]), Some(0.0));
/// assert_eq!(PopulationVariance.fold([0.0; 0]), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PopulationVariance;

impl<T: Into<f64>> Fold<T> for PopulationVariance {
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
        state.population_variance()
    }
}

impl<T: Into<f64>> Merge<T> for PopulationVariance {
    #[inline]
    fn merge(&self, into: &mut Moments, later: Moments) {
        into.merge(later);
    }
}
