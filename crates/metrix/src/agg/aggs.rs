//! [`Aggs`]: all aggregates of a stream, as one fold.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrix_core::Fold;

use super::faults::{Faults, Told};
use super::rate::Rate;
use super::recipe::Recipe;
use super::slot::Slot;
use super::{AggError, IntoAgg, Kind};
use crate::Tags;
use crate::later::Later;
use crate::name::is_name;

/// All aggregates of a stream as one fold: a group's values are gone through once.
///
/// The result is what the aggregates come to, in their order. Where one has no value that is finite, or has panicked,
/// there is nothing of it. No fold or closure that panics lets its panic out; what it may have left half-done is dropped,
/// and the other aggregates and groups go on. (If the program is compiled with `panic = "abort"`, nothing can be done.)
///
/// A clone shares the recipes and the counts of panics and of results that are not finite. Memory: a group takes 24 bytes and one allocation an aggregate,
/// and the state of each fold; a step allocates nothing of its own.
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
    entries: Arc<[Entry]>,
    faults: Faults,
}

struct Entry {
    name: Arc<str>,
    recipe: Arc<dyn Recipe>,
    guarded: bool,
    told: Told,
}

/// One value that the [aggregates](Aggs) of a group have come to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Aggregate {
    /// The place of its aggregate in the list, from 0.
    pub agg: usize,
    /// The tags that it has beside those of the group, over which they hold.
    pub tags: Tags,
    /// The value, which is finite.
    pub value: f64,
}

/// The state of [`Aggs`]: a group before its end.
pub struct AggsState {
    slots: Box<[Slot]>,
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
            let (recipe, guarded): (Arc<dyn Recipe>, bool) = match agg.kind {
                Kind::BuiltIn(recipe) => (recipe, false),
                Kind::Custom(recipe) => (recipe, true),
                Kind::Rate => match window.and_then(Rate::over) {
                    Some(rate) => (Arc::new(rate), false),
                    None => return Err(AggError::NoWindow { name: agg.name }),
                },
            };
            entries.push(Entry { name: agg.name, recipe, guarded, told: Told::default() });
        }
        if entries.is_empty() {
            return Err(AggError::Empty);
        }
        Ok(Self { entries: entries.into(), faults: Faults::default() })
    }

    /// The same, which logs later, and under the name of the stream.
    pub(crate) fn telling(self, stream: Arc<str>, later: Arc<Later>) -> Self {
        Self { faults: self.faults.telling(stream, later), ..self }
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

impl Fold<f64> for Aggs {
    type State = AggsState;
    type Out = Vec<Aggregate>;

    fn init(&self) -> AggsState {
        let slots = self.entries.iter().map(|entry| {
            let recipe = Arc::clone(&entry.recipe);
            if !entry.guarded {
                return Slot::trusted(recipe);
            }
            Slot::guarded(recipe).unwrap_or_else(|message| {
                self.faults.panicked(&entry.name, &entry.told, message);
                Slot::Void
            })
        });
        AggsState { slots: slots.collect() }
    }

    fn step(&self, state: &mut AggsState, value: f64) {
        for (slot, entry) in state.slots.iter_mut().zip(self.entries.iter()) {
            if let Err(message) = slot.step(value) {
                self.faults.panicked(&entry.name, &entry.told, message);
            }
        }
    }

    fn finish(&self, state: AggsState) -> Vec<Aggregate> {
        let mut found = Vec::with_capacity(self.entries.len());
        for ((agg, entry), slot) in self.entries.iter().enumerate().zip(state.slots) {
            let before = found.len();
            let finished = slot.finish(&mut |tags, value: f64| {
                if value.is_finite() {
                    found.push(Aggregate { agg, tags, value });
                } else {
                    self.faults.left_out(&entry.name, &entry.told, value);
                }
            });
            if let Err(message) = finished {
                // All of its values or none.
                found.truncate(before);
                self.faults.panicked(&entry.name, &entry.told, message);
            }
        }
        found
    }
}

impl fmt::Debug for Aggs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl fmt::Debug for AggsState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AggsState").field("aggregates", &self.slots.len()).finish_non_exhaustive()
    }
}
