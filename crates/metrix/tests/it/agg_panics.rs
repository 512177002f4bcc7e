//! Folds and closures that panic: nobody but their own aggregate, in that very group, is the worse for it.

use metrix::{Agg, Aggs, Outcome, Tags, tags};
use metrix_core::Fold;

use crate::log;

/// Counts, and panics where it is told to.
#[derive(Clone, Copy, PartialEq)]
enum Touchy {
    InInit,
    /// When this value comes.
    AtStep(f64),
    InFinish,
    /// After it has given a first value.
    InOutcome,
    /// At a step, and again when what it has counted is dropped.
    AtStepAndDrop,
}

struct Counted(u64, bool);

impl Drop for Counted {
    fn drop(&mut self) {
        assert!(!self.1 || self.0 == 0, "the state is dropped");
    }
}

struct Halfway(Touchy, u64);

impl Outcome for Halfway {
    fn for_each(self, emit: &mut dyn FnMut(Tags, f64)) {
        emit(tags! { "half" => 1 }, self.1 as f64);
        assert!(self.0 != Touchy::InOutcome, "halfway");
        emit(tags! { "half" => 2 }, self.1 as f64);
    }
}

impl Fold<f64> for Touchy {
    type State = Counted;
    type Out = Halfway;

    fn init(&self) -> Counted {
        assert!(*self != Self::InInit, "at the beginning");
        Counted(0, *self == Self::AtStepAndDrop)
    }

    fn step(&self, state: &mut Counted, value: f64) {
        assert!(*self != Self::AtStep(value), "this is {value}");
        state.0 += 1;
        assert!(*self != Self::AtStepAndDrop, "at a step");
    }

    fn finish(&self, state: Counted) -> Halfway {
        assert!(*self != Self::InFinish, "at the end");
        Halfway(*self, state.0)
    }
}

/// The touchy aggregate between two of which one is somebody else's too.
fn list(touchy: Touchy) -> Aggs {
    let length = Agg::values("length", |values: &[f64]| values.len());
    let aggs = ["sum".parse().expect("it is built in"), Agg::fold("touchy", touchy), length];
    Aggs::new(aggs, None).expect("their names are different")
}

/// What the aggregates of these values are, as name and value.
fn found(aggs: &Aggs, values: &[f64]) -> Vec<(String, f64)> {
    let found = aggs.fold(values.iter().copied()).into_iter();
    found.map(|found| (aggs.name(found.agg).to_owned(), found.value)).collect()
}

fn named<const N: usize>(values: [(&str, f64); N]) -> Vec<(String, f64)> {
    values.map(|(name, value)| (name.to_owned(), value)).to_vec()
}

#[test]
fn wherever_it_panics_the_others_have_their_values() {
    let places = [Touchy::InInit, Touchy::AtStep(2.0), Touchy::InFinish, Touchy::InOutcome, Touchy::AtStepAndDrop];
    for touchy in places {
        let aggs = list(touchy);
        assert_eq!(found(&aggs, &[1.0, 2.0, 4.0, 2.0]), named([("sum", 9.0), ("length", 4.0)]));
        assert_eq!(aggs.panics(), 1);
    }
}

#[test]
fn other_groups_have_theirs() {
    let aggs = list(Touchy::AtStep(2.0));
    let (mut good, mut bad) = (aggs.init(), aggs.init());
    for value in [1.0, 2.0, 4.0] {
        aggs.step(&mut good, value + 10.0);
        aggs.step(&mut bad, value);
    }
    let touchy = |state| aggs.finish(state).into_iter().filter(|found| found.agg == 1).count();
    assert_eq!((touchy(good), touchy(bad)), (2, 0));
    assert_eq!(aggs.panics(), 1);
    let after = named([("sum", 3.0), ("touchy", 1.0), ("touchy", 1.0), ("length", 1.0)]);
    assert_eq!(found(&aggs, &[3.0]), after);
}

#[test]
fn clones_count_together() {
    let aggs = list(Touchy::InInit);
    let clone = aggs.clone();
    for _ in 0..3 {
        found(&clone, &[1.0]);
    }
    found(&aggs, &[1.0]);
    assert_eq!((aggs.panics(), clone.panics()), (4, 4));
}

#[test]
fn a_closure_that_panics_is_void_for_that_group() {
    let third = Agg::values("third", |values: &[f64]| values[2]);
    let aggs = Aggs::new([third, "count".parse().expect("it is built in")], None).expect("their names are different");
    assert_eq!(found(&aggs, &[5.0]), named([("count", 1.0)]));
    assert_eq!(found(&aggs, &[5.0, 6.0, 7.0]), named([("third", 7.0), ("count", 3.0)]));
    assert_eq!(aggs.panics(), 1);
}

#[test]
fn each_aggregate_is_logged_once() {
    let lines = log::lines(|| {
        let (finish, step) = (Agg::fold("in_finish", Touchy::InFinish), Agg::fold("at_step", Touchy::AtStep(1.0)));
        let aggs = Aggs::new([finish, step], None).expect("their names are different");
        for _ in 0..5 {
            found(&aggs, &[1.0]);
        }
        assert_eq!(aggs.panics(), 10);
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, texts) in lines.iter().zip([["at_step", "this is 1"], ["in_finish", "at the end"]]) {
        assert!(line.starts_with("ERROR") && texts.iter().all(|text| line.contains(text)), "{line}");
    }
}
