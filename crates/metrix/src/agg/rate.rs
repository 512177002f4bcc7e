//! [`Rate`]: the sum by seconds.

use std::time::Duration;

use metrix_core::fold::{Compensated, Fold, Sum};

/// Divides the sum of the values by the length of the window, in seconds.
pub(super) struct Rate {
    seconds: f64,
}

impl Rate {
    /// The rate over windows of this length, or nothing if they have none.
    pub(super) fn over(window: Duration) -> Option<Self> {
        let seconds = window.as_secs_f64();
        (seconds > 0.0).then_some(Self { seconds })
    }
}

impl Fold<f64> for Rate {
    type State = Compensated;
    type Out = f64;

    fn init(&self) -> Compensated {
        Compensated::default()
    }

    fn step(&self, state: &mut Compensated, value: f64) {
        Sum.step(state, value);
    }

    fn finish(&self, state: Compensated) -> f64 {
        state.value() / self.seconds
    }
}
