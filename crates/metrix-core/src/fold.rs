//! Folds: reductions with a small state, which can be combined and merged.
//!
//! One file a fold; this is their index.

mod count;
mod group_by;
mod max;
mod premap;
mod sum;
mod to_vec;
mod tuple;
mod unique_by;

pub use count::Count;
pub use group_by::{GroupBy, Groups, group_by};
pub use max::Max;
pub use premap::Premap;
pub use sum::{Compensated, Sum};
pub use to_vec::ToVec;
pub use unique_by::{UniqueBy, UniqueItems, unique_by};

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
}

/// A fold whose states can be merged, which lets the work be split over slices of time, threads and machines.
///
/// Three laws hold, for floating-point results within the error that the fold states:
/// merging is associative; merging with [`init`](Fold::init) changes nothing; and folding the items of two parts one
/// after the other gives what merging the parts' states gives.
pub trait Merge<T>: Fold<T> {
    /// Adds the later items' state to that of the earlier ones.
    fn merge(&self, into: &mut Self::State, later: Self::State);
}
