//! [`Agg`]: what a metric stream makes of the values of a group.

mod aggregate;
mod aggs;
mod aggs_state;
mod built_in;
mod columns;
mod entry;
mod error;
mod faults;
mod histogram;
mod into_agg;
mod meant;
mod mergeable_aggs;
mod more;
mod needs;
mod outcome;
mod percentile;
mod recipe;
mod shared;
mod slot;
mod stat;
mod values;
mod weighed;
mod weighed_median;

use std::fmt;
use std::sync::Arc;

use metrix_core::{Fold, Merge};

pub(crate) use self::columns::{Column, Columns};
use self::recipe::{Folding, Recipe};
use self::stat::Stat;
use self::values::Values;
use self::weighed::Weighed;

pub use self::aggregate::Aggregate;
pub use self::aggs::Aggs;
pub use self::aggs_state::AggsState;
pub use self::error::AggError;
pub use self::into_agg::IntoAgg;
pub use self::mergeable_aggs::MergeableAggs;
pub use self::outcome::Outcome;

/// An aggregate under a name: what a metric stream makes of the values of a group, and how the result is called.
///
/// The built-in ones are made of their names:
///
/// | name | value of a group |
/// | --- | --- |
/// | `count` | how many values there are |
/// | `sum`, `mean` | [compensated](metrix_core::fold::Sum) for rounding |
/// | `min`, `max`, `range` | the smallest value, the largest, and the largest less the smallest |
/// | `first`, `last` | in the order of arrival |
/// | `variance`, `stdev` | of a sample (n - 1); a single value has none |
/// | `median` | exact, the mean of two in the middle; keeps every value, 8 bytes each, or 16 for one of a [weight](crate::MSender::weighted) |
/// | `p50`, `p99.9` | any percentile from `p0` to `p100`: the value of the [nearest rank](metrix_core::fold::Quantile), off by at most 0.78 % of itself |
/// | `distinct` | how many different values there are: [exact up to 1024](metrix_core::fold::Distinct), then with a standard error of 1 % |
/// | `rate` | the sum by seconds of the window, also of one that is cut short; batches have none |
/// | `histogram(1,10,100)` | one value a bound, tagged `le` with the bound, and one tagged `le` = `+Inf`: how many values are at most that. As Prometheus has it, each bucket counts those below it too |
///
/// Any other is [made of a fold](Self::fold) or of [a closure over all values](Self::values). These run while their stream is
/// locked: they should be quick, and must not send to the same stream, which would wait for itself.
///
/// A value that stands for several ([`MSender::weighted`](crate::MSender::weighted)) costs a built-in aggregate no more than any
/// other. Folds and closures get it again and again, but at most 1000 times; what that cuts off is
/// [counted](crate::StreamStats::cut).
///
/// A group for which an aggregate has no value, or none that is finite, is left out of that aggregate and of no other. What is
/// not finite is [counted](crate::StreamStats::not_finite_results).
///
/// A clone shares the recipe and copies no text.
///
/// ```
/// use metrix::{Agg, AggError};
///
/// let slowest: Agg = "p99.9".parse()?;
/// assert_eq!(slowest.name(), "p99.9");
/// assert_eq!(slowest.named("slowest").name(), "slowest");
///
/// // The name is that of the aggregate alone: what bounds it has, the tags of its values tell.
/// assert_eq!("histogram(1, 10, 100)".parse::<Agg>()?.name(), "histogram");
///
/// let error = "medain".parse::<Agg>().unwrap_err();
/// assert!(error.to_string().contains("did you mean `median`?"));
/// # Ok::<(), AggError>(())
/// ```
#[derive(Clone)]
pub struct Agg {
    name: Arc<str>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// Read off the state that all of these share.
    Shared(Stat),
    /// One of ours with a state of its own, which doesn't panic.
    BuiltIn(Arc<dyn Recipe>),
    /// Somebody else's, which may.
    Custom(Arc<dyn Recipe>),
    /// The one that has to know the window.
    Rate,
}

impl Agg {
    /// An aggregate of any fold over `f64`. One whose states can be merged is better off as [`mergeable`](Self::mergeable).
    ///
    /// If the fold panics, the group that it panicked for has no value of this aggregate; that is counted
    /// ([`Aggs::panics`]) and logged once, and goes no further.
    ///
    /// ```
    /// use metrix::{Agg, Aggs};
    /// use metrix_core::fold::{Count, Fold};
    ///
    /// let slow = Agg::fold("slow", Count.filter(|millis: &f64| *millis > 250.0));
    /// let aggs = Aggs::new([slow], None)?;
    /// assert_eq!(aggs.fold([40.0, 300.0, 251.0])[0].value, 2.0);
    /// # Ok::<(), metrix::AggError>(())
    /// ```
    pub fn fold<F>(name: impl Into<Arc<str>>, fold: F) -> Self
    where
        F: Fold<f64> + Send + Sync + 'static,
        F::State: Send + 'static,
        F::Out: Outcome,
    {
        Self { name: name.into(), kind: Kind::Custom(Arc::new(Folding::whole(fold))) }
    }

    /// As [`fold`](Self::fold), of a fold whose states can be merged: so can then be the [aggregates](Aggs::mergeable) that
    /// it is one of.
    ///
    /// ```
    /// use metrix::{Agg, Aggs};
    /// use metrix_core::fold::{Count, Fold};
    ///
    /// let slow = Agg::mergeable("slow", Count.filter(|millis: &f64| *millis > 250.0));
    /// assert!(Aggs::new([slow], None)?.mergeable().is_ok());
    /// # Ok::<(), metrix::AggError>(())
    /// ```
    pub fn mergeable<F>(name: impl Into<Arc<str>>, fold: F) -> Self
    where
        F: Merge<f64> + Send + Sync + 'static,
        F::State: Send + 'static,
        F::Out: Outcome,
    {
        Self { name: name.into(), kind: Kind::Custom(Arc::new(Folding::mergeable(fold))) }
    }

    /// An aggregate of a closure, which is given all values of a group at once, in the order of arrival.
    ///
    /// It keeps every value until the group is complete, 8 bytes each: where a [fold](Self::fold) does, that is better. Parts of
    /// a group are merged by putting one's values after the other's.
    /// A panic of the closure has the same consequences as one of a fold.
    ///
    /// ```
    /// use metrix::{Agg, Aggs};
    /// use metrix_core::Fold;
    ///
    /// /// The largest step between two values; `None` if there are not two.
    /// fn jump(values: &[f64]) -> Option<f64> {
    ///     values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).reduce(f64::max)
    /// }
    ///
    /// let aggs = Aggs::new([Agg::values("jump", jump)], None)?;
    /// assert_eq!(aggs.fold([1.0, 7.0, 5.0])[0].value, 6.0);
    /// assert!(aggs.fold([1.0]).is_empty());
    /// # Ok::<(), metrix::AggError>(())
    /// ```
    pub fn values<F, R>(name: impl Into<Arc<str>>, f: F) -> Self
    where
        F: Fn(&[f64]) -> R + Send + Sync + 'static,
        R: Outcome,
    {
        Self::mergeable(name, Values(f))
    }

    fn shared(name: &str, stat: Stat) -> Self {
        Self { name: name.into(), kind: Kind::Shared(stat) }
    }

    fn built_in<F>(name: &str, fold: F) -> Self
    where
        F: Weighed + Send + Sync + 'static,
        F::State: Send + 'static,
        F::Out: Outcome,
    {
        Self { name: name.into(), kind: Kind::BuiltIn(Arc::new(Folding::weighed(fold))) }
    }

    /// The same aggregate under another name, which is only looked at when a stream is built with it.
    ///
    /// ```
    /// use metrix::Agg;
    ///
    /// let average = "mean".parse::<Agg>()?.named("avg");
    /// assert_eq!(average.name(), "avg");
    /// # Ok::<(), metrix::AggError>(())
    /// ```
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Its name, which follows that of the stream and a dot in the names of the elements.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Agg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agg").field("name", &self.name).finish_non_exhaustive()
    }
}
