//! [`Weighing`]: the states of the aggregates of measurements, each by its weight.

use metrix_core::Fold;

use super::measurement::Measurement;
use crate::Aggs;
use crate::agg::AggsState;

/// Folds the values of measurements, each as often as its weight says. What they come to is read off the states when all are there.
pub(super) struct Weighing(pub(super) Aggs);

impl Fold<Measurement> for Weighing {
    type State = AggsState;
    type Out = AggsState;

    fn init(&self) -> AggsState {
        self.0.init()
    }

    #[inline]
    fn step(&self, state: &mut AggsState, measurement: Measurement) {
        self.0.step_weighed(state, measurement.value, measurement.weight);
    }

    fn finish(&self, state: AggsState) -> AggsState {
        state
    }
}
