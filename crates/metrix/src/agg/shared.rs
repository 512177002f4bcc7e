//! [`Shared`]: what the built-in aggregates of a group keep together.

use std::num::NonZeroU32;

use metrix_core::fold::{Compensated, Distribution, Fold, Merge, Moments, Sketch, Sum};

use super::stat::Stat;

/// Which parts of the state some aggregate asks for. The others cost nothing at a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    sum: bool,
    extremes: bool,
    moments: bool,
    distribution: bool,
}

impl Needs {
    /// What these ask for. The count, the first and the last value are there in any case.
    pub(super) fn of(stats: impl IntoIterator<Item = Stat>) -> Self {
        let mut needs = Self::default();
        for stat in stats {
            match stat {
                Stat::Count | Stat::First | Stat::Last => {}
                Stat::Sum | Stat::Mean | Stat::Rate { .. } => needs.sum = true,
                Stat::Min | Stat::Max | Stat::Range => needs.extremes = true,
                Stat::Variance | Stat::Stdev => needs.moments = true,
                Stat::Quantile(_) => needs.distribution = true,
            }
        }
        needs
    }
}

/// What is known of the values of a group.
#[derive(Debug)]
pub(super) struct Shared {
    /// Up to 2^64 - 1, where it stays: a step can add 2^32.
    pub(super) count: u64,
    pub(super) first: f64,
    pub(super) last: f64,
    pub(super) sum: Compensated,
    /// The wrong way round while there was no number, NaN aside.
    min: f64,
    max: f64,
    pub(super) moments: Moments,
    /// Apart, so that those who ask for no percentile don't pay for its size.
    pub(super) distribution: Option<Box<Distribution>>,
}

/// The recipe of the distribution.
fn sketch() -> Sketch {
    Sketch::new()
}

impl Shared {
    #[inline]
    pub(super) fn new(needs: Needs) -> Self {
        Self {
            count: 0,
            first: 0.0,
            last: 0.0,
            sum: Compensated::default(),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            moments: Moments::default(),
            distribution: needs.distribution.then(|| Box::new(Fold::<f64>::init(&sketch()))),
        }
    }

    /// Takes one value in.
    #[inline]
    pub(super) fn step(&mut self, needs: Needs, value: f64) {
        if self.count == 0 {
            self.first = value;
        }
        self.count = self.count.saturating_add(1);
        self.last = value;
        if needs.sum {
            self.sum.add(value);
        }
        if needs.extremes {
            self.reach(value, value);
        }
        if needs.moments {
            self.moments.add(value);
        }
        if let Some(numbers) = &mut self.distribution {
            sketch().step(numbers, value);
        }
    }

    /// Takes one value in so many times, at the cost of one.
    pub(super) fn step_times(&mut self, needs: Needs, value: f64, times: NonZeroU32) {
        if self.count == 0 {
            self.first = value;
        }
        self.count = self.count.saturating_add(u64::from(times.get()));
        self.last = value;
        if needs.sum {
            self.sum.add_times(value, times);
        }
        if needs.extremes {
            self.reach(value, value);
        }
        if needs.moments {
            self.moments.add_times(value, times);
        }
        if let Some(numbers) = &mut self.distribution {
            numbers.add_times(value, times);
        }
    }

    /// Adds the state of later values.
    pub(super) fn merge(&mut self, later: Self) {
        if self.count == 0 {
            self.first = later.first;
        }
        if later.any() {
            self.last = later.last;
        }
        self.count = self.count.saturating_add(later.count);
        Merge::<f64>::merge(&Sum, &mut self.sum, later.sum);
        self.reach(later.min, later.max);
        self.moments.merge(later.moments);
        if let (Some(numbers), Some(later)) = (&mut self.distribution, later.distribution) {
            Merge::<f64>::merge(&sketch(), numbers, *later);
        }
    }

    /// The first of equal numbers is kept, and no NaN.
    #[inline]
    fn reach(&mut self, min: f64, max: f64) {
        self.min = if min < self.min { min } else { self.min };
        self.max = if max > self.max { max } else { self.max };
    }

    pub(super) fn any(&self) -> bool {
        self.count > 0
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
        self.any().then_some(if self.min <= self.max { extreme } else { f64::NAN })
    }
}
