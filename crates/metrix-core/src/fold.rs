//! Folds: reductions with a small state, which can be combined and merged.
//!
//! A fold that is complete in itself is a struct: [`Sum`], or [`Histogram::new`] where something is to be set. One that
//! needs a function is made by a function: [`from_fn()`], [`group_by()`], [`unique_by()`]; or from another fold by a
//! method: [`premap`](Fold::premap), [`filter`](Fold::filter), [`map`](Fold::map).
//!
//! Take the folds that you use by name: some, such as `Map` and `Filter`, are called like operators, so a glob of this
//! module beside the prelude is ambiguous.

// One file each; this is their index.

mod at_most;
mod count;
#[cfg(feature = "sketches")]
mod distinct;
mod exact_quantile;
mod filter;
mod first;
mod from_fn;
mod group_by;
mod histogram;
mod last;
mod map;
mod max;
mod mean;
mod median;
mod min;
mod population_stdev;
mod population_variance;
mod premap;
mod quantile;
mod quantiles;
mod range;
mod sketch;
mod stdev;
mod sum;
mod to_vec;
mod top_k;
mod tuple;
mod unique_by;
mod variance;

pub use at_most::AtMost;
pub use count::Count;
#[cfg(feature = "sketches")]
pub use distinct::{Distinct, Seen};
pub use exact_quantile::ExactQuantile;
pub use filter::Filter;
pub use first::First;
pub use from_fn::{FromFn, from_fn};
pub use group_by::{GroupBy, Groups, group_by};
pub use histogram::{BoundsError, Histogram};
pub use last::Last;
pub use map::Map;
pub use max::Max;
pub use mean::Mean;
pub use median::Median;
pub use min::Min;
pub use population_stdev::PopulationStdev;
pub use population_variance::PopulationVariance;
pub use premap::Premap;
pub use quantile::Quantile;
pub use quantiles::Quantiles;
pub use range::Range;
pub use sketch::{Distribution, Sketch};
pub use stdev::Stdev;
pub use sum::{Compensated, Sum};
pub use to_vec::ToVec;
pub use top_k::{Frequencies, Frequent, TopK};
pub use unique_by::{UniqueBy, UniqueItems, unique_by};
pub use variance::{Moments, Variance};

/// A reduction: an immutable recipe, which many windows, keys and threads can share, and a small state for each.
///
/// Folding no items at all gives `finish(init())`.
///
/// ```
/// use metrix_core::fold::{Count, Fold, Max, Sum};
///
/// // A tuple of folds is a fold: one pass, many results.
/// let summary = (Count, Sum, Max);
/// assert_eq!(summary.fold([1.0, 4.0, 2.0]), (3, 7.0, Some(4.0)));
/// ```
pub trait Fold<T> {
    /// What is kept of the items seen.
    type State;
    /// What they come to.
    type Out;

    /// The state before any item.
    fn init(&self) -> Self::State;

    /// Takes one item in.
    fn step(&self, state: &mut Self::State, item: T);

    /// Turns the state into the result.
    fn finish(&self, state: Self::State) -> Self::Out;

    /// Folds all of these items.
    fn fold(&self, items: impl IntoIterator<Item = T>) -> Self::Out
    where
        Self: Sized,
    {
        let mut state = self.init();
        for item in items {
            self.step(&mut state, item);
        }
        self.finish(state)
    }

    /// The fold of what `f` makes of each item.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, Sum};
    ///
    /// let total_length = Sum.premap(|word: &str| word.len() as f64);
    /// assert_eq!(total_length.fold(["to", "be"]), 4.0);
    /// ```
    fn premap<U, F>(self, f: F) -> Premap<Self, F>
    where
        Self: Sized,
        F: Fn(U) -> T,
    {
        Premap::new(self, f)
    }

    /// The fold of the items that `predicate` holds for.
    ///
    /// ```
    /// use metrix_core::fold::{Count, Fold};
    ///
    /// let errors = Count.filter(|status: &u16| *status >= 500);
    /// assert_eq!(errors.fold([200, 503, 404, 500]), 2);
    /// ```
    fn filter<F>(self, predicate: F) -> Filter<Self, F>
    where
        Self: Sized,
        F: Fn(&T) -> bool,
    {
        Filter::new(self, predicate)
    }

    /// The fold whose result is what `f` makes of this one's.
    ///
    /// ```
    /// use metrix_core::fold::{Fold, ToVec};
    ///
    /// let sorted = ToVec.map(|mut items: Vec<u32>| {
    ///     items.sort();
    ///     items
    /// });
    /// assert_eq!(sorted.fold([3, 1, 2]), [1, 2, 3]);
    /// ```
    ///
    /// A fold that takes many types of items, as a sum does, leaves rustc to ask which one is meant: there
    /// [`Map::new`] does the same.
    fn map<U, F>(self, f: F) -> Map<Self, F>
    where
        Self: Sized,
        F: Fn(Self::Out) -> U,
    {
        Map::new(self, f)
    }
}

/// A fold whose states can be merged, which lets the work be split over slices of time, threads and machines.
///
/// Three laws hold, for floating-point results within the error that the fold states:
/// merging is associative; merging with [`init`](Fold::init) changes nothing; and folding the items of two parts one
/// after the other gives what merging the parts' states gives.
pub trait Merge<T>: Fold<T> {
    /// Adds the later items' state to that of the earlier ones. Both come from recipes that are made alike: with the same
    /// bounds, the same error.
    ///
    /// # Panics
    /// A fold that sees that they do not may panic.
    fn merge(&self, into: &mut Self::State, later: Self::State);
}
