//! What streamz really gives, case by case: `data/streamz_cases.jsonl` and `data/streamz_pipelines.jsonl`, which were
//! made by running streamz 0.6.6.
//!
//! Each case runs through the public streams, over inputs that stay open, because streamz knows no end; then they are
//! ended, and what that adds is compared with what the docs of the operators say.

use std::collections::BTreeMap;

use metrix_core::prelude::*;
use serde_json::Value;

mod functions;
mod graph;
mod model;
mod play;

use functions::{elements, number, text};
use graph::{BOUND, Graph, Values};
use model::Inputs;
use play::{Played, play};

const CASES: &str = include_str!("data/streamz_cases.jsonl");
const PIPELINES: &str = include_str!("data/streamz_pipelines.jsonl");

const STEPS: &str = "streamz counts its steps from position 0, we from the start, as a slice of a list does";
const NO_END: &str = "an end of 0 is no end in streamz, and nothing is before it in a list";

/// The cases in which we differ on purpose, and why. There our answer is the one that the case calls `list_slice`.
const DIFFERENT: [(usize, &str); 10] = [
    (212, STEPS),
    (215, STEPS),
    (218, STEPS),
    (221, STEPS),
    (224, NO_END),
    (227, NO_END),
    (230, STEPS),
    (233, STEPS),
    (236, STEPS),
    (239, NO_END),
];

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line of the data is JSON")).collect()
}

/// The forgetting of idle keys needs a clock. It stands still, and no task runs that could be out of budget.
fn stopped_clock() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().expect("a runtime without I/O needs nothing of the system")
}

/// What should come out: the outputs while the inputs are open, the events that cause them, and what the end adds.
fn expected(case: &Value, graph: &Graph) -> Played {
    let (mut outputs, mut at) = (elements(&case["outputs"]).to_vec(), &case["outputs_at"]);
    let positions;
    if DIFFERENT.iter().any(|(number, _)| case["case"] == *number) {
        outputs = elements(&case["list_slice"]).to_vec();
        let position = |x: &Value| graph.events.iter().position(|event| event[0].1 == *x);
        positions = outputs.iter().map(|x| Value::from(position(x))).collect();
        at = &positions;
    }
    assert_eq!(graph.outputs(Inputs::Open), outputs, "the model is wrong in case {}", case["case"]);
    let flushed = graph.outputs(Inputs::Ended).split_off(outputs.len());
    Played { outputs, at: elements(at).iter().map(number).collect(), flushed }
}

/// Plays all cases, and says which of them went wrong.
#[track_caller]
fn check(cases: &[Value], graph: impl Fn(&Value) -> Graph, play: impl Fn(&Graph) -> Played) {
    let mut wrong = Vec::new();
    for case in cases {
        let graph = graph(case);
        let (expected, played) = (expected(case, &graph), play(&graph));
        if played != expected {
            wrong
                .push(format!("case {}: {:?}\n  gives {played:?}\n  not   {expected:?}", case["case"], graph.branches));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn play_graph(graph: &Graph) -> Played {
    play(graph.branches.len(), &graph.events, |sources| {
        graph.stream(sources.into_iter().map(|source| Box::pin(source) as Values).collect())
    })
    .0
}

#[test]
fn operators_give_what_streamz_gives() {
    let runtime = stopped_clock();
    let _clock = runtime.enter();
    check(&lines(CASES), Graph::of_case, play_graph);
}

#[test]
fn pipelines_give_what_streamz_gives() {
    check(&lines(PIPELINES), Graph::of_pipeline, play_graph);
}

/// `share` hands an item to all branches before any of them goes on, so only what does not depend on the order between
/// the branches is the same as in streamz: a single branch, and `zip`, which pairs by position.
#[test]
fn pipelines_over_one_shared_input_give_what_streamz_gives() {
    let is_ordered = |case: &Value| case["join"].is_null() || case["join"] == "zip";
    let cases: Vec<Value> = lines(PIPELINES).into_iter().filter(is_ordered).collect();
    assert_eq!(cases.len(), 39);
    check(&cases, Graph::of_pipeline, |graph| {
        let events: Vec<_> = graph.events.iter().map(|event| vec![event[0].clone()]).collect();
        play(1, &events, |mut sources| {
            let shared = sources.remove(0).share(Slow::Bounded(BOUND));
            let others: Vec<_> = graph.branches[1..].iter().map(|_| shared.subscribe()).collect();
            graph.stream([shared].into_iter().chain(others).map(|output| Box::pin(output) as Values).collect())
        })
        .0
    });
}

/// The data has each case end once, so this ends it after each of its first events.
#[test]
fn nothing_is_lost_wherever_the_end_comes() {
    let runtime = stopped_clock();
    let _clock = runtime.enter();
    let cases = lines(CASES).iter().map(Graph::of_case).collect::<Vec<_>>();
    let pipelines = lines(PIPELINES).iter().map(Graph::of_pipeline).collect::<Vec<_>>();
    for mut graph in cases.into_iter().chain(pipelines) {
        graph.events.truncate(12);
        while graph.events.pop().is_some() {
            let Played { outputs, flushed, .. } = play_graph(&graph);
            assert_eq!([outputs, flushed].concat(), graph.outputs(Inputs::Ended), "{graph:?}");
        }
    }
}

/// Of what the end of a zip drops each input can hold one item: the rest was never taken.
#[test]
fn zip_counts_what_it_drops() {
    for case in lines(CASES).iter().filter(|case| case["op"] == "zip") {
        let graph = Graph::of_case(case);
        let (played, zipped) = play(graph.branches.len(), &graph.events, zip);
        let given = |i: usize| graph.events.iter().filter(|event| event[0].0 == i).count();
        let waiting = (0..graph.branches.len()).filter(|i| given(*i) > played.outputs.len()).count();
        assert_eq!(zipped.unpaired(), waiting, "case {}", case["case"]);
    }
}

#[test]
fn zip_latest_counts_what_it_drops() {
    for case in lines(CASES).iter().filter(|case| case["op"] == "zip_latest") {
        let graph = Graph::of_case(case);
        let (played, zipped) = play(graph.branches.len(), &graph.events, |inputs| zip_latest(inputs, BOUND));
        let first = graph.events.iter().filter(|event| event[0].0 == 0).count();
        assert_eq!(played.outputs.len() + zipped.unpaired(), first, "case {}", case["case"]);
    }
}

#[test]
fn no_case_is_left_out() {
    let numbers = |cases: &[Value]| cases.iter().map(|case| number(&case["case"])).collect::<Vec<_>>();
    let cases = lines(CASES);
    assert_eq!(numbers(&cases), Vec::from_iter(0..480));
    assert_eq!(numbers(&lines(PIPELINES)), Vec::from_iter(0..60));

    let mut operators = BTreeMap::new();
    for case in &cases {
        *operators.entry(text(&case["op"])).or_insert(0) += 1;
    }
    assert_eq!(operators.len(), 16);
    assert!(operators.values().all(|count| *count == 30), "{operators:?}");

    let differ: Vec<&Value> = cases.iter().filter(|case| case["differs_from_list_slice"] == true).collect();
    assert!(differ.iter().map(|case| number(&case["case"])).eq(DIFFERENT.iter().map(|(number, _)| *number)));
    for (case, (_, reason)) in differ.iter().zip(DIFFERENT) {
        assert_eq!(case["params"]["end"] == 0, reason == NO_END, "case {}", case["case"]);
    }
}
