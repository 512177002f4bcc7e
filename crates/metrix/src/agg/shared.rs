//! [`Shared`]: the numbers that most built-in aggregates of a group are read off.

use std::num::NonZeroU32;

use metrix_core::fold::{Compensated, Merge, Sum};

/// What is known of the values of a group in any case. To keep all of it costs less than to ask what of it is asked for.
#[derive(Debug)]
pub(super) struct Shared {
    /// Up to 2^64 - 1, where it stays: a step can add 2^32.
    pub(super) count: u64,
    pub(super) sum: Compensated,
    /// The smallest value; infinite while there was no number, NaN aside.
    min: f64,
    /// The smallest of the values with the other sign, which is the largest: so both are kept by the same instruction.
    negated_max: f64,
}

impl Shared {
    #[inline]
    pub(super) fn new() -> Self {
        Self { count: 0, sum: Compensated::default(), min: f64::INFINITY, negated_max: f64::INFINITY }
    }

    /// Takes one value in.
    #[inline]
    pub(super) fn step(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        self.sum.add(value);
        self.reach(value, -value);
    }

    /// Takes one value in so many times, at the cost of one.
    pub(super) fn step_times(&mut self, value: f64, times: NonZeroU32) {
        self.count = self.count.saturating_add(u64::from(times.get()));
        self.sum.add_times(value, times);
        self.reach(value, -value);
    }

    /// Adds the state of later values.
    pub(super) fn merge(&mut self, later: Self) {
        self.count = self.count.saturating_add(later.count);
        Merge::<f64>::merge(&Sum, &mut self.sum, later.sum);
        self.reach(later.min, later.negated_max);
    }

    /// The first of equal numbers is kept, and no NaN.
    #[inline]
    fn reach(&mut self, min: f64, negated_max: f64) {
        self.min = if min < self.min { min } else { self.min };
        self.negated_max = if negated_max < self.negated_max { negated_max } else { self.negated_max };
    }

    /// The smallest value: NaN only where there is nothing else.
    pub(super) fn min(&self) -> Option<f64> {
        self.extreme(self.min)
    }

    /// The largest value.
    pub(super) fn max(&self) -> Option<f64> {
        self.extreme(-self.negated_max)
    }

    fn extreme(&self, extreme: f64) -> Option<f64> {
        (self.count > 0).then_some(if self.min <= -self.negated_max { extreme } else { f64::NAN })
    }
}
