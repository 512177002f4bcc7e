//! Faults of aggregates.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use metrix::{Agg, AggError, BuildError, MElement, MStream, Tags, size, tags};

use crate::chain::chain;

const SECOND: Duration = Duration::from_secs(1);

/// Goes over its values three times, once from the end.
fn spread(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let largest = values.iter().rev().fold(f64::MIN, |largest, value| largest.max(*value));
    values.iter().map(|value| (value - mean).abs()).sum::<f64>() + 1000.0 * largest
}

/// Fails where there is a value below zero, as code that was written for other values does.
fn touchy(values: &[f64]) -> f64 {
    assert!(values.iter().all(|value| *value >= 0.0), "an error of the aggregate");
    values.iter().sum()
}

/// Name, tag `g` and value of each.
fn lines(elements: &[MElement]) -> Vec<(&str, &str, f64)> {
    elements.iter().map(|one| (&*one.name, one.tags.get("g").unwrap_or_default(), one.value)).collect()
}

fn group(name: &str) -> Tags {
    tags! { "g" => name }
}

#[test]
fn an_aggregate_goes_over_its_values_as_often_as_it_likes() {
    let aggs = [Agg::values("spread", spread), Agg::values("again", spread)];
    let (sender, stream) = MStream::builder("m").batch(size(4)).aggs(aggs).build().unwrap();
    for (value, name) in [(1.0, "a"), (5.0, "b"), (3.0, "a"), (9.0, "b"), (2.0, "a"), (2.0, "a")] {
        sender.send_with(value, group(name));
    }
    drop(sender);
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    let first =
        [("m.spread", "a", 3002.0), ("m.spread", "b", 9004.0), ("m.again", "a", 3002.0), ("m.again", "b", 9004.0)];
    let second = [("m.spread", "a", 2000.0), ("m.again", "a", 2000.0)];
    assert_eq!(lines(&elements), [&first[..], &second[..]].concat());
}

/// In Python the first batch is lost as a whole, and in every later one the values of the aggregates are mixed up.
#[test]
fn a_deviation_of_one_value_is_all_that_is_left_out_of_a_batch() {
    let aggs = ["sum", "stdev", "count"];
    let (sender, stream) = MStream::builder("m").batch(size(3)).aggs(aggs).build().unwrap();
    for (value, name) in [(1.0, "one"), (2.0, "two"), (4.0, "two"), (3.0, "two"), (3.0, "two"), (3.0, "two")] {
        sender.send_with(value, group(name));
    }
    drop(sender);
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    let expected = [
        ("m.sum", "one", 1.0),
        ("m.sum", "two", 6.0),
        ("m.stdev", "two", 2.0_f64.sqrt()),
        ("m.count", "one", 1.0),
        ("m.count", "two", 2.0),
        ("m.sum", "two", 9.0),
        ("m.stdev", "two", 0.0),
        ("m.count", "two", 3.0),
    ];
    assert_eq!(lines(&elements), expected);
}

/// In Python the stream is dead after the first window, and says nothing.
#[tokio::test(start_paused = true)]
async fn a_deviation_of_one_value_ends_no_windows() {
    let (sender, mut stream) = MStream::builder("m").window(SECOND).aggs(["stdev", "sum"]).build().unwrap();
    for values in [&[1.0][..], &[2.0, 4.0], &[8.0], &[5.0, 5.0]] {
        values.iter().for_each(|value| sender.send(*value));
        let mut given = Vec::new();
        for _ in 0..values.len().min(2) {
            given.push(stream.next().await.unwrap());
        }
        let sum = values.iter().sum();
        let deviation = (values.len() == 2).then(|| ("m.stdev", "", ((values[1] - values[0]).powi(2) / 2.0).sqrt()));
        assert_eq!(lines(&given), deviation.into_iter().chain([("m.sum", "", sum)]).collect::<Vec<_>>());
    }
    assert!(stream.next().now_or_never().is_none());
}

#[test]
fn the_error_of_an_aggregate_is_not_that_of_the_sender() {
    let aggs = [Agg::values("touchy", touchy), "sum".parse().unwrap()];
    let (sender, stream) = MStream::builder("m").batch(size(2)).aggs(aggs).build().unwrap();
    for (value, name) in [(1.0, "good"), (-1.0, "bad"), (-2.0, "bad"), (2.0, "good")] {
        assert_eq!(sender.try_send_with(value, group(name)), Ok(()));
    }
    // The last, unfinished batch is folded by the one who takes the elements.
    assert_eq!(sender.try_send_with(-4.0, group("bad")), Ok(()));
    sender.close();
    assert!(sender.try_send(1.0).is_err());
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    let batch = [("m.touchy", "good", 1.0), ("m.sum", "good", 1.0), ("m.sum", "bad", -1.0)];
    let next = [("m.touchy", "good", 2.0), ("m.sum", "bad", -2.0), ("m.sum", "good", 2.0)];
    assert_eq!(lines(&elements), [&batch[..], &next[..], &[("m.sum", "bad", -4.0)]].concat());
    assert_eq!(sender.stats().panics, 3);
}

#[tokio::test(start_paused = true)]
async fn the_error_of_an_aggregate_is_not_that_of_the_task_that_takes_the_elements() {
    let aggs = [Agg::values("touchy", touchy), "sum".parse().unwrap()];
    let (sender, mut stream) = MStream::builder("m").window(SECOND).aggs(aggs).build().unwrap();
    for value in [-1.0, 1.0] {
        sender.send(value);
        let names: &[&str] = if value < 0.0 { &["m.sum"] } else { &["m.touchy", "m.sum"] };
        for name in names {
            assert_eq!(*stream.next().await.unwrap().name, **name);
        }
    }
    assert_eq!(sender.stats().panics, 1);
}

/// The aggregate runs when the timer sends: while the error of the timed code is on its way out.
#[test]
fn the_error_of_an_aggregate_does_not_replace_that_of_the_timed_code() {
    let fails = Agg::values("fails", |_: &[f64]| -> f64 { panic!("an error of the aggregate") });
    let (sender, stream) =
        MStream::builder("m").batch(size(1)).aggs([fails, "count".parse().unwrap()]).build().unwrap();
    let payload = catch_unwind(AssertUnwindSafe(|| sender.time(|| panic!("an error of the timed code")))).unwrap_err();
    assert_eq!(*payload.downcast::<&str>().unwrap(), "an error of the timed code");
    assert_eq!(sender.time(|| Err::<(), _>("refused")), Err("refused"));
    assert_eq!(sender.time(|| 7), 7);
    assert_eq!(sender.stats().panics, 3);
    drop(sender);
    let elements: Vec<MElement> = stream.collect().now_or_never().unwrap();
    assert_eq!(lines(&elements), [("m.count", "", 1.0); 3]);
}

#[test]
fn two_aggregates_of_one_name_are_refused() {
    let twice = |name: &str| AggError::Twice { name: name.into() };
    let refused = |aggs: [(&str, &str); 2]| match MStream::builder("m").batch(size(1)).aggs(aggs).build() {
        Err(BuildError::Agg { stream, error }) => (stream.to_string(), error),
        other => panic!("{other:?}"),
    };
    assert_eq!(refused([("sum", "sum"), ("sum", "sum")]), ("m".to_owned(), twice("sum")));
    // What counts is the name of the elements.
    assert_eq!(refused([("total", "sum"), ("total", "max")]), ("m".to_owned(), twice("total")));
    let same = MStream::builder("m").batch(size(1)).aggs([("total", "sum"), ("sum", "sum")]).build();
    assert!(same.is_ok());
}

#[test]
fn an_empty_list_of_aggregates_is_refused() {
    let none: [&str; 0] = [];
    for builder in [MStream::builder("m").batch(size(1)), MStream::builder("m").window(SECOND)] {
        for builder in [builder.clone(), builder.aggs(none)] {
            let error = builder.build().unwrap_err();
            assert!(matches!(error, BuildError::Agg { .. }), "{error:?}");
            let message = "the stream \"m\": there is no aggregate: give at least one, for example \"mean\"";
            assert_eq!(chain(&error), message);
        }
    }
}
