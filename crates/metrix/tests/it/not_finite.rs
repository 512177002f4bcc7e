//! Results of aggregates that are infinite or not a number: left out, counted, and logged once each.

use futures::StreamExt;
use metrix::{Agg, MStream, MStreamBuilder, StreamStats, size};

use crate::log;

/// What comes of these values, in batches of two: the elements' names, and what was counted.
fn run(stream: MStreamBuilder, values: &[f64]) -> (Vec<String>, StreamStats) {
    let (sender, stream) = stream.build().expect("it can be built");
    values.iter().for_each(|value| sender.send(*value));
    sender.close();
    let names = futures::executor::block_on(stream.map(|element| element.name.to_string()).collect());
    (names, sender.stats())
}

fn pairs() -> MStreamBuilder {
    MStream::builder("m").batch(size(2))
}

#[test]
fn they_are_left_out_and_counted() {
    let nan = Agg::values("nan", |_: &[f64]| f64::NAN);
    let (names, stats) = run(pairs().aggs(["sum", "max"]).agg(nan), &[f64::MAX, f64::MAX, 1.0, 2.0]);
    assert_eq!(names, ["m.max", "m.sum", "m.max"]);
    assert_eq!((stats.accepted, stats.not_finite, stats.not_finite_results), (4, 0, 3));
}

#[test]
fn what_has_no_value_is_none_of_them() {
    let none = Agg::values("none", |_: &[f64]| None::<f64>);
    let (names, stats) = run(pairs().aggs(["stdev", "variance", "count"]).agg(none), &[1.0]);
    assert_eq!((names, stats.not_finite_results), (vec!["m.count".to_owned()], 0));
}

#[test]
fn each_aggregate_is_logged_once() {
    let lines = log::lines(|| {
        let inverse = Agg::values("inverse", |values: &[f64]| 1.0 / values[0]);
        let (_, stats) = run(pairs().agg("sum").agg(inverse), &[f64::MAX, f64::MAX, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(stats.not_finite_results, 3);
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for (line, aggregate) in lines.iter().zip(["aggregate=\"sum\"", "aggregate=\"inverse\""]) {
        let parts = ["WARN", "stream=\"m\"", aggregate, "value=inf", "is not finite"];
        assert!(parts.iter().all(|part| line.contains(part)), "{line}");
    }
}

#[test]
fn whoever_listens_to_the_log_may_send_to_the_same_stream() {
    let (sender, _stream) = pairs().agg("sum").build().expect("it can be built");
    log::counted_by(sender.clone(), || {
        sender.send(f64::MAX);
        sender.send(f64::MAX);
    });
    assert_eq!((sender.stats().accepted, sender.stats().not_finite_results), (3, 1));
}
