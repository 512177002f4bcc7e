//! [`Weighed`]: a fold that takes a value many times at the cost of one.

use std::num::NonZeroU32;

use metrix_core::fold::{Distinct, Fold, Merge, Premap};

/// A fold that takes a value many times at the cost of one.
pub(super) trait Weighed: Merge<f64> {
    /// Takes one value in so many times.
    fn step_times(&self, state: &mut Self::State, value: f64, times: NonZeroU32);
}

/// A value that was seen is not seen again.
impl<F: Fn(f64) -> u64> Weighed for Premap<Distinct, F> {
    fn step_times(&self, state: &mut Self::State, value: f64, _times: NonZeroU32) {
        self.step(state, value);
    }
}

/// A fold that isn't ours gets a value of a weight so many times at most: a state of unknown cost must not be in the hands of
/// whoever chooses the weights.
const MOST_REPEATS: u32 = 1000;

/// Takes one value in again and again, and says how many times too few.
pub(super) fn repeat<F: Fold<f64>>(fold: &F, state: &mut F::State, value: f64, times: NonZeroU32) -> u32 {
    let repeats = times.get().min(MOST_REPEATS);
    for _ in 0..repeats {
        fold.step(state, value);
    }
    times.get() - repeats
}
