//! [`Values`]: a closure over all values of a group, as a fold.

use metrix_core::{Fold, Merge};

/// Keeps the values for its closure.
pub(super) struct Values<F>(pub(super) F);

impl<F: Fn(&[f64]) -> R, R> Fold<f64> for Values<F> {
    type State = Vec<f64>;
    type Out = R;

    fn init(&self) -> Vec<f64> {
        Vec::new()
    }

    fn step(&self, state: &mut Vec<f64>, value: f64) {
        state.push(value);
    }

    fn finish(&self, state: Vec<f64>) -> R {
        (self.0)(&state)
    }
}

impl<F: Fn(&[f64]) -> R, R> Merge<f64> for Values<F> {
    fn merge(&self, into: &mut Vec<f64>, mut later: Vec<f64>) {
        into.append(&mut later);
    }
}
