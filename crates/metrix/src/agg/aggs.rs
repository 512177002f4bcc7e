//! [`Aggs`]: all aggregates of a stream, as one fold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{Entry, Made};
use super::faults::{Faults, Told};
use super::shared::Needs;
use super::stat::Stat;
use super::{AggError, IntoAgg, Kind, MergeableAggs};
use crate::later::Later;
use crate::name::is_name;

/// All aggregates of a stream as one fold: a group's values are gone through once.
///
/// The result is what the aggregates come to, in their order. Where one has no value that is finite, or has panicked,
/// there is nothing of it. No fold or closure that panics lets its panic out; what it may have left half-done is dropped,
/// and the other aggregates and groups go on. (If the program is compiled with `panic = "abort"`, nothing can be done.)
///
/// The built-in ones share one state, so that five of them cost little more than one. A clone shares the recipes and the
/// counts of panics and of results that are not finite. Memory: a group takes 112 bytes, and no allocation as long as it has
/// nothing but numbers to keep. All percentiles together take one [sketch](metrix_core::fold::Sketch); `median`, `distinct`,
/// `histogram` and those that aren't built in take 24 bytes, one allocation and the state of their fold each. A step
/// allocates nothing of its own.
///
/// ```
/// use metrix::{AggError, Aggs};
/// use metrix_core::Fold;
///
/// let aggs = Aggs::new(["stdev", "count", "sum"], None)?;
/// let found: Vec<_> = aggs.fold([2.5]).into_iter().map(|found| (aggs.name(found.agg), found.value)).collect();
/// assert_eq!(found, [("count", 1.0), ("sum", 2.5)]); // a single value has no deviation
/// # Ok::<(), AggError>(())
/// ```
///
/// It is a stage of a pipeline like any other fold:
///
/// ```
/// use metrix::{Aggs, Tags, tags};
/// use metrix_core::{fold, prelude::*};
///
/// # futures::executor::block_on(async {
/// let aggs = Aggs::new(["max"], None)?;
/// let by_tags = fold::group_by(|(tags, _): &(Tags, f64)| tags.clone(), aggs.premap(|(_, value)| value));
/// let values = [(tags! { "page" => "/" }, 3.0), (tags! {}, 1.0), (tags! { "page" => "/" }, 5.0)];
/// let batches: Vec<_> = futures::stream::iter(values).partition_with(size(3), by_tags).collect().await;
/// let (tags, found) = &batches[0][0];
/// assert_eq!((tags.get("page"), found[0].value), (Some("/"), 5.0));
/// # Ok::<(), metrix::AggError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct Aggs {
    pub(super) entries: Arc<[Entry]>,
    /// What the entries ask of the state that they share.
    pub(super) needs: Needs,
    pub(super) faults: Faults,
}

impl Aggs {
    /// Puts aggregates together, for groups that a window of this length closes; `None` where something else does.
    ///
    /// # Errors
    /// If there is no such aggregate, the list is empty, two have one name, or a name is empty or has control characters;
    /// and if a rate has no window to divide by.
    ///
    /// ```
    /// use metrix::{AggError, Aggs};
    /// use std::time::Duration;
    ///
    /// assert!(Aggs::new(["rate"], Some(Duration::from_secs(5))).is_ok());
    /// assert_eq!(Aggs::new(["rate"], None).unwrap_err(), AggError::NoWindow { name: "rate".into() });
    /// assert_eq!(Aggs::new(["sum", "sum"], None).unwrap_err(), AggError::Twice { name: "sum".into() });
    /// ```
    pub fn new<A: IntoAgg>(aggs: impl IntoIterator<Item = A>, window: Option<Duration>) -> Result<Self, AggError> {
        let mut entries: Vec<Entry> = Vec::new();
        for agg in aggs {
            let agg = agg.into_agg()?;
            if !is_name(&agg.name) {
                return Err(AggError::Name { name: agg.name });
            }
            if entries.iter().any(|entry| entry.name == agg.name) {
                return Err(AggError::Twice { name: agg.name });
            }
            let made = match agg.kind {
                Kind::Shared(stat) => Made::Shared(stat),
                Kind::BuiltIn(recipe) => Made::Apart { recipe, guarded: false },
                Kind::Custom(recipe) => Made::Apart { recipe, guarded: true },
                Kind::Rate => match window.map(|window| window.as_secs_f64()) {
                    Some(seconds) if seconds > 0.0 => Made::Shared(Stat::Rate { seconds }),
                    _ => return Err(AggError::NoWindow { name: agg.name }),
                },
            };
            entries.push(Entry { name: agg.name, made, told: Told::default() });
        }
        if entries.is_empty() {
            return Err(AggError::Empty);
        }
        let needs = Needs::of(entries.iter().filter_map(|entry| match entry.made {
            Made::Shared(stat) => Some(stat),
            Made::Apart { .. } => None,
        }));
        Ok(Self { entries: entries.into(), needs, faults: Faults::default() })
    }

    /// The same, as a fold whose states can be merged: the built-in ones can, and those made by
    /// [`Agg::mergeable`](super::Agg::mergeable) and [`Agg::values`](super::Agg::values). Panics and results that are not finite
    /// are counted together.
    ///
    /// # Errors
    /// If one is made of a fold of which no more is known than that it folds.
    ///
    /// ```
    /// use metrix::{Agg, AggError, Aggs};
    /// use metrix_core::fold::Count;
    ///
    /// let of_a_fold = Aggs::new([Agg::fold("n", Count)], None)?;
    /// assert_eq!(of_a_fold.mergeable().unwrap_err(), AggError::NotMergeable { name: "n".into() });
    /// assert!(Aggs::new(["mean", "p99", "distinct"], None)?.mergeable().is_ok());
    /// # Ok::<(), AggError>(())
    /// ```
    pub fn mergeable(&self) -> Result<MergeableAggs, AggError> {
        match self.apart().find(|(_, recipe, _)| !recipe.is_mergeable()) {
            Some((entry, ..)) => Err(AggError::NotMergeable { name: Arc::clone(&entry.name) }),
            None => Ok(MergeableAggs::new(self.clone())),
        }
    }

    /// The same, which logs later, and under the name of the stream.
    pub(crate) fn telling(self, stream: Arc<str>, later: Arc<Later>) -> Self {
        Self { faults: self.faults.telling(stream, later), ..self }
    }

    /// How many values were cut off for folds and closures that get each only so often, in all clones.
    pub(crate) fn cut(&self) -> u64 {
        self.faults.cut()
    }

    /// The names, in the order given.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.entries.iter().map(|entry| &*entry.name)
    }

    /// The name of the aggregate at this place, from 0.
    ///
    /// # Panics
    /// If there are not so many.
    #[track_caller]
    pub fn name(&self, agg: usize) -> &str {
        &self.entries[agg].name
    }

    /// How often a fold or closure has panicked since the list was made, in all clones; each time one group was left
    /// without one aggregate.
    ///
    /// ```
    /// use metrix::{Agg, AggError, Aggs};
    /// use metrix_core::Fold;
    ///
    /// // There is no third value.
    /// let aggs = Aggs::new([Agg::values("third", |values: &[f64]| values[2])], None)?;
    /// assert!(aggs.fold([1.0, 2.0]).is_empty());
    /// assert_eq!(aggs.panics(), 1);
    /// # Ok::<(), AggError>(())
    /// ```
    pub fn panics(&self) -> u64 {
        self.faults.panics()
    }

    /// How many results were left out because they are infinite or not a number, in all clones: a sum that is too large
    /// for an `f64`, or what a closure divides by zero. An aggregate that has no value for a group is not among them.
    ///
    /// ```
    /// use metrix::{AggError, Aggs};
    /// use metrix_core::Fold;
    ///
    /// let aggs = Aggs::new(["sum", "max"], None)?;
    /// let found = aggs.fold([f64::MAX, f64::MAX]);
    /// assert_eq!((found.len(), aggs.name(found[0].agg)), (1, "max"));
    /// assert_eq!(aggs.not_finite(), 1);
    /// # Ok::<(), AggError>(())
    /// ```
    pub fn not_finite(&self) -> u64 {
        self.faults.not_finite()
    }
}

impl fmt::Debug for Aggs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
