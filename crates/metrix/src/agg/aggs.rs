//! [`Aggs`]: all aggregates of a stream, as one fold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::entry::{Entry, Made};
use super::faults::{Faults, Told};
use super::needs::Needs;
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
/// counts of panics and of results that are not finite.
///
/// Memory: a group takes 48 bytes, and no allocation as long as nothing is asked for but `count`, `sum`, `mean`, `rate`, `min`,
/// `max` and `range`. Any other aggregate makes it an allocation of 256 bytes, which holds what `first`, `last`, `variance`
/// and `stdev` keep, and all percentiles together: these take the buckets of one [sketch](metrix_core::fold::Sketch) besides.
/// `median`, `distinct`, `histogram` and those that aren't built in take 24 bytes, one allocation and the state of their fold
/// each. A step allocates nothing of its own.
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
    /// What the entries ask of the state of a group.
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
        let needs = Needs::of(entries.iter().map(|entry| &entry.made));
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

    /// Whether each comes out the same in whatever order and parts the values come: all that are built in do but `first` and
    /// `last`, rounding and the sign of a zero aside. Of the folds and closures of others nothing is known.
    pub(crate) fn is_order_free(&self) -> bool {
        self.entries.iter().all(|entry| entry.made.is_order_free())
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Aggs;
    use crate::Agg;
    use crate::agg::built_in::NAMES;
    use metrix_core::fold::Count;

    #[track_caller]
    fn check(agg: Agg, expected: bool) {
        let name = agg.name().to_owned();
        let window = Some(Duration::from_secs(1));
        assert_eq!(Aggs::new([agg.clone()], window).expect("it is one").is_order_free(), expected, "{name}");
        let with_another = [Agg::try_from("count").expect("it is built in").named("n"), agg];
        assert_eq!(Aggs::new(with_another, window).expect("two names").is_order_free(), expected, "{name}");
    }

    #[test]
    fn order_matters_to_the_first_and_the_last_and_maybe_to_what_is_not_ours() {
        for name in NAMES.into_iter().chain(["p0", "p99.9", "histogram(1,10)"]) {
            check(name.parse().expect(name), !["first", "last"].contains(&name));
        }
        check(Agg::fold("whole", Count), false);
        check(Agg::mergeable("mergeable", Count), false);
        check(Agg::values("values", |values: &[f64]| values[0]), false);
    }
}
