//! [`MergeableAggs`]: aggregates whose groups can be put together from parts.

use std::num::NonZeroU32;

use metrix_core::{Fold, Merge};

use super::{Aggregate, Aggs, AggsState};

/// [Aggregates](Aggs) all of which can be merged, so that the values of a group may be folded in parts: by several threads,
/// or slices of time. Made by [`Aggs::mergeable`].
///
/// A part in which an aggregate has panicked leaves the whole group without it. Each such part is
/// [counted](Aggs::panics). Memory: a state is that of [`Aggs`].
///
/// ```
/// use metrix::{AggError, Aggs};
/// use metrix_core::{Fold, Merge};
///
/// let aggs = Aggs::new(["count", "mean", "p100"], None)?.mergeable()?;
/// let [mut earlier, mut later] = [aggs.init(), aggs.init()];
/// [1.0, 2.0].into_iter().for_each(|value| aggs.step(&mut earlier, value));
/// aggs.step(&mut later, 6.0);
/// aggs.merge(&mut earlier, later);
/// let found: Vec<f64> = aggs.finish(earlier).into_iter().map(|found| found.value).collect();
/// assert_eq!(found, [3.0, 3.0, 6.0]);
/// # Ok::<(), AggError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MergeableAggs {
    aggs: Aggs,
}

impl MergeableAggs {
    /// All of these can be merged.
    pub(super) fn new(aggs: Aggs) -> Self {
        Self { aggs }
    }

    /// Takes one value in as often as it stands for others.
    #[inline]
    pub(crate) fn step_weighed(&self, state: &mut AggsState, value: f64, times: NonZeroU32) {
        self.aggs.step_weighed(state, value, times);
    }

    /// The aggregates, with their names and counts.
    ///
    /// ```
    /// use metrix::{AggError, Aggs};
    ///
    /// let aggs = Aggs::new(["count", "mean"], None)?.mergeable()?;
    /// assert_eq!(aggs.aggs().name(1), "mean");
    /// # Ok::<(), AggError>(())
    /// ```
    pub fn aggs(&self) -> &Aggs {
        &self.aggs
    }
}

impl Fold<f64> for MergeableAggs {
    type State = AggsState;
    type Out = Vec<Aggregate>;

    fn init(&self) -> AggsState {
        self.aggs.init()
    }

    #[inline]
    fn step(&self, state: &mut AggsState, value: f64) {
        self.aggs.step(state, value);
    }

    fn finish(&self, state: AggsState) -> Vec<Aggregate> {
        self.aggs.finish(state)
    }
}

impl Merge<f64> for MergeableAggs {
    /// # Panics
    /// If the two states come from other aggregates, or from the same in another order.
    fn merge(&self, into: &mut AggsState, later: AggsState) {
        self.aggs.merge(into, later);
    }
}
