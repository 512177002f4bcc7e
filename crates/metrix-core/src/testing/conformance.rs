//! [`conformance`]: everything that an operator must stand, in one call.

mod burst;
mod by_hand;
mod cut_short;
mod driven;
mod spy;

use std::fmt;
use std::fmt::Debug;

use crate::testing::rig::Case;
use crate::{Operator, Timestamp};

use burst::Burst;
use driven::Pace;
use spy::BEGIN;

/// Checks that the operators which `make` makes keep the contract of [`Operator`], by running them on `items` in every
/// way there is.
///
/// It checks an input that is ready at once, one that pauses before each item, and one that never ends; that deadlines
/// come before items, that a poll's work is bounded and wakes what it should and nothing else; that it
/// is told the end before its stream ends, and that a driver gives what calls by hand give; that `size_hint` is true at every step and with an
/// input that claims to be as long as there are numbers; that a stream can be polled after its end, dropped midway, and
/// polled after a panic; and that time may stand still, run backwards and reach its ends.
///
/// It can't know what the outputs ought to be: an operator that loses what it holds passes.
/// [`Conformance::accounting`] finds that.
///
/// Give it some dozens of items, enough that the operator emits several times.
///
/// ```
/// use metrix_core::{ops::Partition, size, testing::conformance};
///
/// conformance(|| Partition::new(size(4)), 0..30);
/// ```
///
/// # Panics
/// If a rule is broken. The message names the rule, the operator and the situation. Also if it is called from within a
/// tokio runtime, as it brings its own.
#[track_caller]
pub fn conformance<O, In>(make: impl Fn() -> O, items: impl IntoIterator<Item = In>)
where
    O: Operator<In>,
    O::Out: PartialEq + Debug,
    In: Clone,
{
    Conformance::new(make, items).check();
}

/// The check behind [`conformance`], with options.
///
/// ```
/// use metrix_core::{ops::Partition, size, testing::Conformance};
///
/// // What goes in comes out, and only once.
/// Conformance::new(|| Partition::new(size(4)), 1..=30)
///     .accounting(|item| *item, |batch: &Vec<i64>| batch.iter().sum())
///     .check();
/// ```
pub struct Conformance<F, In, Out> {
    make: F,
    items: Vec<In>,
    accounting: Option<Accounting<In, Out>>,
}

struct Accounting<In, Out> {
    of_item: Box<dyn Fn(&In) -> i64>,
    of_output: Box<dyn Fn(&Out) -> i64>,
}

impl<F, O, In> Conformance<F, In, O::Out>
where
    F: Fn() -> O,
    O: Operator<In>,
    O::Out: PartialEq + Debug,
    In: Clone,
{
    /// Takes what makes the operator, and the items to run it on.
    ///
    /// # Panics
    /// If there are no items.
    #[track_caller]
    pub fn new(make: F, items: impl IntoIterator<Item = In>) -> Self {
        let items: Vec<In> = items.into_iter().collect();
        assert!(!items.is_empty(), "an operator can't be checked without items: give some dozens");
        Self { make, items, accounting: None }
    }

    /// Also checks that whatever goes in comes out: the sum of `of_item` over the items that the operator took equals
    /// that of `of_output` over its outputs.
    pub fn accounting(
        self,
        of_item: impl Fn(&In) -> i64 + 'static,
        of_output: impl Fn(&O::Out) -> i64 + 'static,
    ) -> Self {
        let accounting = Accounting { of_item: Box::new(of_item), of_output: Box::new(of_output) };
        Self { accounting: Some(accounting), ..self }
    }

    /// Runs all checks.
    ///
    /// # Panics
    /// If a rule is broken, or if it is called from within a tokio runtime.
    #[track_caller]
    pub fn check(&self) {
        let ready = self.check_run("all items are ready", |script| script, Pace::Still);
        let paused = self.check_run("the input is pending before each item", |script| script.pausing(), Pace::Still);
        let rule = "outputs depend on items and times, not on how often a stream is polled";
        self.case("the input is pending before each item").same(rule, &ready, &paused);
        self.check_run("each item comes at a deadline", |script| script.pausing(), Pace::Deadlines);
        self.check_run("each item comes halfway to a deadline", |script| script.pausing(), Pace::Halfway);
        let unbounded = (0, Some(usize::MAX));
        self.check_run("the input may be as long as there are numbers", |script| script.claims(unbounded), Pace::Still);
        self.check_endless_claims();
        self.check_endless();
        self.check_drops();
        self.check_panics();
        self.check_event_time();
        self.check_by_hand();
        self.check_bursts();
    }

    fn case<'a>(&self, scenario: &'a str) -> Case<'a> {
        Case { subject: std::any::type_name::<O>(), scenario }
    }

    /// What went in came out.
    #[track_caller]
    fn account(&self, case: Case<'_>, taken: impl Iterator<Item = usize>, outputs: &[O::Out]) {
        let Some(Accounting { of_item, of_output }) = &self.accounting else { return };
        let (went_in, came_out): (i64, i64) =
            (taken.map(|place| of_item(&self.items[place])).sum(), outputs.iter().map(of_output).sum());
        case.check(went_in == came_out, "nothing is lost and nothing comes twice", || {
            format!("{went_in} went in and {came_out} came out")
        });
    }

    #[track_caller]
    fn check_by_hand(&self) {
        let second = |place: usize| std::time::Duration::from_secs(place as u64);
        self.hand("time stands still", |_| BEGIN);
        self.hand("time runs backwards", |place| BEGIN.saturating_sub(second(place)));
        self.hand("time jumps to and fro", |place| BEGIN + second(place * 7919 % 61));
        self.hand("times lie before 1970", |place| Timestamp::from_secs(-1_000_000_000) + second(place));
        let ends = [Timestamp::EPOCH, Timestamp::MIN, Timestamp::MAX, Timestamp::EPOCH, Timestamp::MAX, Timestamp::MIN];
        self.hand("times reach the ends of time", |place| ends[place % ends.len()]);
        self.hand("all times are the first there is", |_| Timestamp::MIN);
        self.hand("all times are the last there is", |_| Timestamp::MAX);
    }

    #[track_caller]
    fn hand(&self, scenario: &str, at: impl Fn(usize) -> Timestamp) {
        let case = self.case(scenario);
        let items = self.items.iter().cloned().enumerate().map(|(place, item)| (at(place), item));
        let run = by_hand::run(case, (self.make)(), items);
        self.account(case, run.taken.into_iter(), &run.outputs);
    }

    /// In a chain, one call of the operator before can bring several items.
    #[track_caller]
    fn check_bursts(&self) {
        let case = self.case("it follows an operator that emits several items at once");
        let items = self.items.iter().cloned().map(|item| (BEGIN, item));
        let alone = by_hand::run(case, (self.make)(), items);
        let bursts = self.items.chunks(3).map(|chunk| (BEGIN, chunk.to_vec()));
        let chained = by_hand::run(case, Burst.then((self.make)()), bursts);
        case.same("a chain gives what its operators give one after the other", &alone.outputs, &chained.outputs);
    }
}

impl<F, In, Out> fmt::Debug for Conformance<F, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conformance").field("items", &self.items.len()).finish_non_exhaustive()
    }
}
