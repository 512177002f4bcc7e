//! [`Shared`]: the numbers that most built-in aggregates of a group are read off.

use std::hint::black_box;
use std::num::NonZeroU32;

use metrix_core::fold::{Compensated, Merge, Sum};

/// What is known of the values of a group in any case. To keep all of it costs less than to ask what of it is asked for.
///
/// In this order, so that the two extremes don't lie side by side: the compiler would make them one vector, which takes twice the
/// instructions.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Shared {
    /// The smallest value; infinite while there was no number, NaN aside.
    min: f64,
    pub(super) sum: Compensated,
    /// The largest value; negative infinity likewise.
    max: f64,
    /// Up to 2^64 - 1, where it stays: a step can add 2^32.
    pub(super) count: u64,
}

impl Shared {
    #[inline]
    pub(super) fn new() -> Self {
        Self { count: 0, sum: Compensated::default(), min: f64::INFINITY, max: f64::NEG_INFINITY }
    }

    /// Takes one value in.
    #[inline]
    pub(super) fn step(&mut self, value: f64) {
        self.sum.add(value);
        self.count_and_reach(value);
    }

    /// Takes one value in, if it is sure that it is finite; says whether it is.
    #[inline(always)]
    pub(super) fn step_finite(&mut self, value: f64) -> bool {
        let is_added = self.sum.add_finite(value);
        if is_added {
            self.count_and_reach(value);
        }
        is_added
    }

    #[inline(always)]
    fn count_and_reach(&mut self, value: f64) {
        // As `saturating_add`, but by a branch that is never taken, which the compiler would make a selection of: twice the
        // instructions.
        self.count = self.count.wrapping_add(1);
        if self.count == 0 {
            black_box(());
            self.count = u64::MAX;
        }
        self.reach(value, value);
    }

    /// Takes one value in so many times, at the cost of one.
    pub(super) fn step_times(&mut self, value: f64, times: NonZeroU32) {
        self.count = self.count.saturating_add(u64::from(times.get()));
        self.sum.add_times(value, times);
        self.reach(value, value);
    }

    /// Adds the state of later values.
    pub(super) fn merge(&mut self, later: Self) {
        self.count = self.count.saturating_add(later.count);
        Merge::<f64>::merge(&Sum, &mut self.sum, later.sum);
        self.reach(later.min, later.max);
    }

    /// The first of equal numbers is kept, and no NaN.
    #[inline]
    fn reach(&mut self, min: f64, max: f64) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
    }

    /// The smallest value: NaN only where there is nothing else.
    pub(super) fn min(&self) -> Option<f64> {
        self.extreme(self.min)
    }

    /// The largest value.
    pub(super) fn max(&self) -> Option<f64> {
        self.extreme(self.max)
    }

    fn extreme(&self, extreme: f64) -> Option<f64> {
        (self.count > 0).then_some(if self.min <= self.max { extreme } else { f64::NAN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_stays_at_its_end() {
        let mut shared = Shared { count: u64::MAX - 1, ..Shared::new() };
        for _ in 0..3 {
            shared.step(1.0);
            assert_eq!(shared.count, u64::MAX);
        }
        assert!(shared.step_finite(1.0));
        assert_eq!(shared.count, u64::MAX);
    }

    #[test]
    fn what_is_not_surely_finite_changes_nothing() {
        let mut shared = Shared::new();
        assert!(shared.step_finite(f64::MAX) && shared.step_finite(-0.0));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
            assert!(!shared.step_finite(value), "{value}");
        }
        assert_eq!((shared.count, shared.min(), shared.max()), (2, Some(0.0), Some(f64::MAX)));
        assert_eq!(shared.sum.value(), f64::MAX);
        // Beyond the largest float nothing is sure any more, and all is taken in by a step.
        shared.step(f64::MAX);
        assert!(!shared.step_finite(1.0));
    }
}
