//! [`Distribution`]: the state of a sketch.

use std::iter::once;
use std::num::NonZeroU32;

use super::buckets::Buckets;
use super::grid::Grid;
use crate::fold::exact_quantile::check;
use crate::macros::opaque_debug;

/// How numbers are distributed: the state of [`Sketch`](super::Sketch), and its result.
// In this order, so that what most steps go to lies within 64 bytes.
#[derive(Clone)]
#[repr(C)]
pub struct Distribution {
    /// The smallest and the largest finite number; the wrong way round while there is none.
    min: f64,
    max: f64,
    /// The magnitudes of all finite numbers, those of the negative ones further below.
    positives: Buckets,
    grid: Grid,
    negatives: Buckets,
    zeros: u64,
    negative_infinities: u64,
    infinities: u64,
    nans: u64,
}

opaque_debug!(Distribution<> { min, max, zeros, negative_infinities, infinities, nans });

impl Distribution {
    #[inline]
    pub(super) fn new(grid: Grid) -> Self {
        Self {
            grid,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            negatives: Buckets::default(),
            zeros: 0,
            positives: Buckets::default(),
            negative_infinities: 0,
            infinities: 0,
            nans: 0,
        }
    }

    #[inline]
    pub(super) fn add(&mut self, x: f64) {
        if !self.add_near(x) {
            self.add_n(x, 1);
        }
    }

    /// Takes one number in, if that takes next to nothing: if it lies between two others, and in a bucket that there is room for, the
    /// count of which doesn't come to a multiple of 65 536. Says whether it has; what it doesn't take, [`Sketch`](super::Sketch) does.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, Sketch};
    ///
    /// let mut latencies = Sketch::new().fold([5.0, 5.5]);
    /// assert!(latencies.add_near(5.2));
    /// assert!([4.9, 5.6, f64::NAN].iter().all(|&x| !latencies.add_near(x)));
    /// assert_eq!(latencies.count(), 3);
    /// ```
    #[inline(always)]
    pub fn add_near(&mut self, x: f64) -> bool {
        // Between two finite numbers there is nothing but finite ones.
        if !(self.min <= x && x <= self.max) {
            return false;
        }
        if x >= f64::MIN_POSITIVE {
            self.positives.add_there(self.grid.of_normal(x))
        } else {
            x <= -f64::MIN_POSITIVE && self.negatives.add_there(self.grid.of_normal(-x))
        }
    }

    /// Takes one number in so many times, at the cost of one. Counts end at 2^64 - 1.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, Sketch};
    /// use std::num::NonZeroU32;
    ///
    /// let mut latencies = Sketch::new().fold([5.0]);
    /// latencies.add_times(80.0, NonZeroU32::new(1000).unwrap());
    /// assert_eq!((latencies.count(), latencies.quantile(0.0), latencies.quantile(1.0)), (1001, Some(5.0), Some(80.0)));
    /// ```
    #[inline]
    pub fn add_times(&mut self, x: f64, times: NonZeroU32) {
        self.add_n(x, u64::from(times.get()));
    }

    #[inline]
    fn add_n(&mut self, x: f64, n: u64) {
        // Between two finite numbers there is nothing but finite ones.
        let is_between = self.min <= x && x <= self.max;
        if is_between && x >= f64::MIN_POSITIVE {
            self.positives.add(self.grid, self.grid.of_normal(x), n);
        } else if is_between && x <= -f64::MIN_POSITIVE {
            self.negatives.add(self.grid, self.grid.of_normal(-x), n);
        } else {
            self.add_other(x, n);
        }
    }

    /// Adds what is new at one end, and what has no bucket of its own or not that of a normal float.
    #[inline(never)]
    fn add_other(&mut self, x: f64, n: u64) {
        match x {
            _ if x.is_nan() => self.nans = self.nans.saturating_add(n),
            f64::INFINITY => self.infinities = self.infinities.saturating_add(n),
            f64::NEG_INFINITY => self.negative_infinities = self.negative_infinities.saturating_add(n),
            _ => {
                self.reach(x, x);
                if x > 0.0 {
                    self.positives.add(self.grid, self.grid.of(x), n);
                } else if x < 0.0 {
                    self.negatives.add(self.grid, self.grid.of(-x), n);
                } else {
                    self.zeros = self.zeros.saturating_add(n);
                }
            }
        }
    }

    fn reach(&mut self, min: f64, max: f64) {
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }

    pub(super) fn merge(&mut self, later: Self) {
        assert_eq!(self.grid, later.grid, "states that are merged come from folds with the same error");
        self.reach(later.min, later.max);
        self.negatives.merge(self.grid, &later.negatives);
        self.zeros = self.zeros.saturating_add(later.zeros);
        self.positives.merge(self.grid, &later.positives);
        self.negative_infinities = self.negative_infinities.saturating_add(later.negative_infinities);
        self.infinities = self.infinities.saturating_add(later.infinities);
        self.nans = self.nans.saturating_add(later.nans);
    }

    fn finite(&self) -> u64 {
        self.negatives.total().saturating_add(self.zeros).saturating_add(self.positives.total())
    }

    /// How many numbers there were, without NaNs.
    pub fn count(&self) -> u64 {
        self.count_with(self.finite())
    }

    fn count_with(&self, finite: u64) -> u64 {
        self.negative_infinities.saturating_add(finite).saturating_add(self.infinities)
    }

    /// The number of rank `ceil(q * count)` in ascending order, counted from 1, as near as the sketch tells; `None` if
    /// there was no item. 0 asks for the smallest, 1 for the largest; these two are exact.
    ///
    /// This is the nearest rank (definition 1 of Hyndman and Fan, *Sample Quantiles in Statistical Packages*, 1996): the
    /// smallest of the numbers such that at least the share `q` of them all is no larger. So the 99th percentile of less
    /// than 100 numbers is the largest. [`ExactQuantile`](crate::fold::ExactQuantile) interpolates between two numbers
    /// instead (definition 7).
    ///
    /// A product that exceeds a whole number by no more than rounding does (1e-15 of itself) counts as that number: 0.07
    /// of 100 numbers asks for the 7th, though `0.07 * 100.0` is more than 7.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, Sketch};
    ///
    /// let latencies = Sketch::new().fold([1.0, 2.0, 1000.0]);
    /// assert_eq!(latencies.quantile(0.99), Some(1000.0));
    /// assert!((latencies.quantile(0.5).unwrap() - 2.0).abs() <= 2.0 / 128.0);
    /// ```
    ///
    /// # Panics
    /// If `q` is not between 0 and 1.
    #[track_caller]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let finite = self.finite();
        let count = self.count_with(finite);
        let rank = nearest_rank(check(q), count);
        if count == 0 {
            return (self.nans > 0).then_some(f64::NAN);
        }
        Some(match rank.checked_sub(self.negative_infinities) {
            None => f64::NEG_INFINITY,
            Some(rank) if rank >= finite => f64::INFINITY,
            Some(0) => self.min,
            Some(rank) if rank + 1 == finite => self.max,
            Some(rank) => self.of_rank(rank),
        })
    }

    /// The finite number of this rank, counted from 0.
    fn of_rank(&self, rank: u64) -> f64 {
        let grid = self.grid;
        let negatives = self.negatives.counts(grid).rev().map(|(bucket, n)| (-grid.middle(bucket), n));
        let positives = self.positives.counts(grid).map(|(bucket, n)| (grid.middle(bucket), n));
        let mut left = rank;
        for (value, n) in negatives.chain(once((0.0, self.zeros))).chain(positives) {
            if left < n {
                // The middle of an outer bucket may lie beyond all numbers.
                return value.clamp(self.min, self.max);
            }
            left -= n;
        }
        unreachable!("rank {rank} is beyond all finite numbers")
    }
}

/// The rank `ceil(q * count)`, but counted from 0.
fn nearest_rank(q: f64, count: u64) -> u64 {
    if q >= 1.0 {
        // As a float, a large count is off by more than one.
        return count.saturating_sub(1);
    }
    let product = q * count as f64;
    // A quotient like 99.9 / 100.0 and the product are at most three roundings away from what is meant, each of them
    // half an epsilon.
    let rank = (product - product * (4.0 * f64::EPSILON)).ceil() as u64;
    rank.saturating_sub(1)
}

#[cfg(test)]
mod tests;
