//! [`stream_conformance`]: everything that a stream of several inputs, or one that runs futures, must stand.

mod steps;

use std::fmt;
use std::fmt::Debug;

use futures_core::Stream;

use super::paused::paused;
use super::rig::{Case, Polled, Rig};
use super::{Ledger, Script};
use steps::{MOST_POLLS, SETTLING, finish, step, wait};

/// Checks that the streams which `build` builds from test inputs behave, by running them on `items` in every way there is.
///
/// `build` gets a [`Script`]; a stream of several inputs clones it. It checks inputs that are ready at once, that
/// pause before each item, that claim to be as long as there are numbers, that never end, and that panic; that a poll's work is
/// bounded, that no wake is lost, and that a waiting stream falls silent; that an input is dropped as soon as
/// it ends and is not polled after; that `size_hint` is true at every step; and that a
/// stream can be polled after its end and dropped midway.
///
/// It requires that pauses do not change the outputs; [`StreamConformance::outputs`] relaxes that.
///
/// ```
/// use metrix_core::{prelude::*, testing::stream_conformance};
///
/// stream_conformance(|input| input.map(|x| x * 2).partition(size(3)), 0..20);
/// ```
///
/// # Panics
/// If a rule is broken. The message names the rule, the stream's type and the situation. Also if it is called from within a
/// tokio runtime, as it brings its own.
#[track_caller]
pub fn stream_conformance<S, In>(build: impl Fn(Script<In>) -> S, items: impl IntoIterator<Item = In>)
where
    S: Stream,
    S::Item: PartialEq + Debug,
    In: Clone,
{
    StreamConformance::new(build, items).check();
}

/// What pauses of the inputs may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outputs {
    /// Nothing.
    #[default]
    InOrder,
    /// The order of the outputs.
    InAnyOrder,
    /// The outputs, as they depend on which input comes first.
    Any,
}

/// The check behind [`stream_conformance`], with options.
///
/// ```
/// use metrix_core::{prelude::*, testing::{Outputs, Script, StreamConformance}};
///
/// let both = |input: Script<i32>| futures::stream::select(input.clone().map(|x| x * 2), input.map(|x| -x));
/// StreamConformance::new(both, 0..20).outputs(Outputs::InAnyOrder).check();
/// ```
pub struct StreamConformance<F, In> {
    build: F,
    items: Vec<In>,
    outputs: Outputs,
}

impl<F, S, In> StreamConformance<F, In>
where
    F: Fn(Script<In>) -> S,
    S: Stream,
    S::Item: PartialEq + Debug,
    In: Clone,
{
    /// Takes what builds the stream, and the items of each input.
    ///
    /// # Panics
    /// If there are no items.
    #[track_caller]
    pub fn new(build: F, items: impl IntoIterator<Item = In>) -> Self {
        let items: Vec<In> = items.into_iter().collect();
        assert!(!items.is_empty(), "a stream can't be checked without items: give some dozens");
        Self { build, items, outputs: Outputs::default() }
    }

    /// Says what pauses of the inputs may change.
    pub fn outputs(self, outputs: Outputs) -> Self {
        Self { outputs, ..self }
    }

    /// Runs all checks.
    ///
    /// # Panics
    /// If a rule is broken, or if it is called from within a tokio runtime.
    #[track_caller]
    pub fn check(&self) {
        let (ready, paused) = ("all items are ready", "the inputs are pending before each item");
        let of_ready = self.check_run(ready, |input| input);
        let of_paused = self.check_run(paused, Script::pausing);
        self.check_run("the inputs may be as long as there are numbers", |input| input.claims((0, Some(usize::MAX))));
        let rule = "outputs do not depend on how often a stream is polled";
        match self.outputs {
            Outputs::InOrder => self.case(paused).same(rule, &of_ready, &of_paused),
            Outputs::InAnyOrder => self.case(paused).same(rule, &sorted(&of_ready), &sorted(&of_paused)),
            Outputs::Any => {}
        }
        self.check_endless_claims();
        self.check_endless();
        self.check_silence();
        self.check_drops();
        self.check_panics();
    }

    fn case<'a>(&self, scenario: &'a str) -> Case<'a> {
        Case { subject: std::any::type_name::<S>(), scenario }
    }

    /// Runs to the end, and returns what came out.
    #[track_caller]
    fn check_run(&self, scenario: &str, input: impl FnOnce(Script<In>) -> Script<In>) -> Vec<S::Item> {
        let case = self.case(scenario);
        let (input, ledger) = self.input(input);
        paused(async {
            let mut rig = Rig::new(case, &ledger, (self.build)(input));
            let polled = finish(case, &mut rig, &ledger).await;
            case.check(polled == Polled::End, "a stream ends when its inputs have", || format!("{polled:?}"));
            rig.check_end();
            rig.outputs
        })
    }

    #[track_caller]
    fn check_endless_claims(&self) {
        for claim in [(usize::MAX, None), (usize::MAX, Some(usize::MAX))] {
            let case = self.case("the inputs claim more items than they have");
            let (input, ledger) = self.input(|input| input.claims(claim));
            paused(async {
                let mut rig = Rig::new(case, &ledger, (self.build)(input));
                finish(case, &mut rig, &ledger).await;
            });
        }
    }

    #[track_caller]
    fn check_endless(&self) {
        let case = self.case("the inputs are always ready and never end");
        let (input, ledger) = self.input(Script::endless);
        paused(async {
            let mut rig = Rig::new(case, &ledger, (self.build)(input));
            for _ in 0..200 {
                match rig.poll() {
                    Polled::Output | Polled::Pending(1..) => {}
                    Polled::End | Polled::Panicked => return,
                    Polled::Pending(0) => wait(case, &rig).await,
                }
            }
        });
    }

    /// Nothing comes: the stream must fall silent.
    #[track_caller]
    fn check_silence(&self) {
        let case = self.case("the inputs stay pending");
        let (input, ledger) = self.input(Script::pausing);
        paused(async {
            let mut rig = Rig::new(case, &ledger, (self.build)(input));
            for _ in 0..SETTLING {
                if rig.poll() == Polled::Pending(0) {
                    return;
                }
            }
            case.fail("a stream that waits wakes nothing by itself", "it goes on to wake its own task");
        });
    }

    #[track_caller]
    fn check_drops(&self) {
        let case = self.case("the stream is dropped midway");
        for outputs in 0..16 {
            let (input, ledger) = self.input(Script::pausing);
            paused(async {
                let mut rig = Rig::new(case, &ledger, (self.build)(input));
                while rig.outputs.len() < outputs && step(case, &mut rig, &ledger).await == Polled::Output {}
                rig.check_drop();
            });
        }
    }

    /// After an input has panicked the stream may go on with the others or end, but must not panic again or hang.
    #[track_caller]
    fn check_panics(&self) {
        let case = self.case("an input panics");
        for place in 0..self.items.len().min(16) {
            let (input, ledger) = self.input(|input| input.panics_at(place));
            paused(async {
                let mut rig = Rig::new(case, &ledger, (self.build)(input));
                rig.forgive_panics();
                for _ in 0..MOST_POLLS {
                    if step(case, &mut rig, &ledger).await == Polled::End {
                        break;
                    }
                }
                rig.check_drop();
            });
        }
    }

    fn input(&self, change: impl FnOnce(Script<In>) -> Script<In>) -> (Script<In>, Ledger) {
        let input = change(Script::new(self.items.iter().cloned()));
        let ledger = input.ledger();
        (input, ledger)
    }
}

/// In an order that depends on the outputs only.
fn sorted<T: Debug>(outputs: &[T]) -> Vec<String> {
    let mut sorted: Vec<String> = outputs.iter().map(|output| format!("{output:?}")).collect();
    sorted.sort();
    sorted
}

impl<F, In> fmt::Debug for StreamConformance<F, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamConformance").field("items", &self.items.len()).finish_non_exhaustive()
    }
}
