//! [`More`]: what a group keeps where some aggregate asks for more than the numbers of [`Shared`](super::shared::Shared).

use std::num::NonZeroU32;

use metrix_core::fold::{Distribution, Fold, Merge, Moments, Sketch};

use super::needs::Needs;
use super::slot::Slot;

/// What only some aggregates ask for, apart from the state, so that the others don't pay for its size.
///
/// In this order, and where it is, so that the processor gets what percentiles mostly go to as one line of its cache.
#[repr(C, align(64))]
pub(super) struct More {
    /// Not in a box of its own: then a step would come to its counts by one pointer more. Without buckets, where no percentile
    /// is asked for.
    distribution: Distribution,
    ends: Option<Ends>,
    moments: Moments,
    /// Of the aggregates that are made apart, in their order.
    pub(super) slots: Box<[Slot]>,
}

/// What came first, and what came last.
#[derive(Clone, Copy)]
struct Ends {
    first: f64,
    last: f64,
}

/// The recipe of the distribution.
fn sketch() -> Sketch {
    Sketch::new()
}

impl More {
    pub(super) fn new(slots: Box<[Slot]>) -> Self {
        Self { ends: None, moments: Moments::default(), distribution: Fold::<f64>::init(&sketch()), slots }
    }

    /// Takes one value in, but for the slots.
    #[inline]
    pub(super) fn step(&mut self, needs: Needs, value: f64) {
        if needs.has(Needs::ENDS) {
            self.end(value);
        }
        if needs.has(Needs::MOMENTS) {
            self.moments.add(value);
        }
        if needs.has(Needs::DISTRIBUTION) {
            sketch().step(&mut self.distribution, value);
        }
    }

    /// Takes one value into the moments and the distribution, where these are asked for, and into nothing else, if that takes next to
    /// nothing and the value is finite; says whether it has.
    #[inline(always)]
    pub(super) fn step_near(&mut self, needs: Needs, value: f64) -> bool {
        if needs == Needs::DISTRIBUTION {
            return self.distribution.add_near(value);
        }
        let is_near =
            if needs.has(Needs::DISTRIBUTION) { self.distribution.add_near(value) } else { value.is_finite() };
        if is_near {
            self.moments.add(value);
        }
        is_near
    }

    /// Takes one value in so many times, at the cost of one, but for the slots.
    pub(super) fn step_times(&mut self, needs: Needs, value: f64, times: NonZeroU32) {
        if needs.has(Needs::ENDS) {
            self.end(value);
        }
        if needs.has(Needs::MOMENTS) {
            self.moments.add_times(value, times);
        }
        if needs.has(Needs::DISTRIBUTION) {
            self.distribution.add_times(value, times);
        }
    }

    /// Adds what is kept of later values, and gives their slots, which are not yet merged.
    pub(super) fn merge(&mut self, later: Self) -> Box<[Slot]> {
        self.ends = match (self.ends, later.ends) {
            (Some(Ends { first, .. }), Some(Ends { last, .. })) => Some(Ends { first, last }),
            (earlier, later) => earlier.or(later),
        };
        self.moments.merge(later.moments);
        Merge::<f64>::merge(&sketch(), &mut self.distribution, later.distribution);
        later.slots
    }

    #[inline]
    fn end(&mut self, value: f64) {
        match &mut self.ends {
            Some(ends) => ends.last = value,
            None => self.ends = Some(Ends { first: value, last: value }),
        }
    }

    pub(super) fn first(&self) -> Option<f64> {
        self.ends.map(|ends| ends.first)
    }

    pub(super) fn last(&self) -> Option<f64> {
        self.ends.map(|ends| ends.last)
    }

    pub(super) fn variance(&self) -> Option<f64> {
        self.moments.sample_variance()
    }

    pub(super) fn quantile(&self, q: f64) -> Option<f64> {
        self.distribution.quantile(q)
    }
}
