//! [`Weighing`]: the aggregates of measurements, each by its weight.

use std::num::NonZeroU32;

use metrix_core::Fold;

use super::measurement::Measurement;
use crate::Aggs;
use crate::agg::{Aggregate, AggsState};

/// Folds the values of measurements, each as often as its weight says.
pub(super) struct Weighing(pub(super) Aggs);

impl Fold<Measurement> for Weighing {
    type State = AggsState;
    type Out = Vec<Aggregate>;

    fn init(&self) -> AggsState {
        self.0.init()
    }

    #[inline]
    fn step(&self, state: &mut AggsState, measurement: Measurement) {
        // Nearly all stand for themselves alone.
        if measurement.weight == NonZeroU32::MIN {
            self.0.step(state, measurement.value);
        } else {
            self.0.step_times(state, measurement.value, measurement.weight);
        }
    }

    fn finish(&self, state: AggsState) -> Vec<Aggregate> {
        self.0.finish(state)
    }
}
