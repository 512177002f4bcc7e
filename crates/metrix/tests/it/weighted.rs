//! Values that stand for several: as if each had been sent so often, at the cost of one.

use std::iter::repeat_n;
use std::num::NonZeroU32;
use std::time::Duration;

use futures::StreamExt;
use futures::executor::block_on;
use metrix::{Agg, MElement, MSender, MStream, MStreamBuilder, Tags, Timestamp, Windows, size, tags};
use metrix_core::fold::Count;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::log;

/// All that are built in, but for more percentiles and bounds.
const ALL: [&str; 18] = [
    "count",
    "sum",
    "min",
    "max",
    "mean",
    "median",
    "stdev",
    "variance",
    "range",
    "first",
    "last",
    "distinct",
    "rate",
    "p0",
    "p50",
    "p99.9",
    "p100",
    "histogram(0,10)",
];

fn times(weight: u32) -> NonZeroU32 {
    NonZeroU32::new(weight).expect("no weight is 0")
}

/// What a window that `send` fills comes to.
fn window(aggs: impl IntoIterator<Item = Agg>, send: impl FnOnce(&MSender)) -> Vec<MElement> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (sender, stream) = MStream::builder("m").window(Duration::from_secs(4)).aggs(aggs).build().unwrap();
        send(&sender);
        sender.close();
        stream.collect().await
    })
}

fn built_in() -> [Agg; 18] {
    ALL.map(|name| name.parse().expect(name))
}

fn batches(n: usize) -> MStreamBuilder {
    MStream::builder("m").batch(size(n))
}

fn values(stream: MStream) -> Vec<f64> {
    block_on(stream.map(|element| element.value).collect())
}

/// Values, their weights and whose they are.
fn measurements() -> impl Strategy<Value = Vec<(f64, u32, bool)>> {
    let value = prop_oneof![-1e3..1e3, 1e9..1e9 + 1.0, (-5..5).prop_map(f64::from), Just(-0.0), Just(5e-324)];
    let weight = prop_oneof![Just(1_u32), 1..5_u32, 1..300_u32];
    vec((value, weight, any::<bool>()), 0..40)
}

/// How far the results of an aggregate may lie apart: by the errors that the folds state, one for each way.
fn tolerance(name: &str, expected: f64, of_the_group: &[(f64, u32)]) -> f64 {
    let n: f64 = of_the_group.iter().map(|&(_, weight)| f64::from(weight)).sum();
    let magnitude: f64 = of_the_group.iter().map(|&(value, weight)| value.abs() * f64::from(weight)).sum();
    let rounding = 2.0 * f64::EPSILON * expected.abs();
    match name {
        "m.sum" | "m.mean" | "m.rate" => rounding + 2.0 * (n * 1.1e-16).powi(2) * magnitude,
        "m.variance" | "m.stdev" => rounding + 2.0 * n.powf(1.5) * 1.1e-16 * expected,
        _ => 0.0,
    }
}

proptest! {
    #[test]
    fn a_weight_is_as_many_equal_values(measurements in measurements()) {
        let tags = |whose| tags! { "whose" => whose };
        let weighted = window(built_in(), |sender| {
            for &(value, weight, whose) in &measurements {
                sender.weighted(times(weight)).send_with(value, tags(whose));
            }
        });
        let one_by_one = window(built_in(), |sender| {
            for &(value, weight, whose) in &measurements {
                repeat_n(value, weight as usize).for_each(|value| sender.send_with(value, tags(whose)));
            }
        });
        prop_assert_eq!(weighted.len(), one_by_one.len());
        for (ours, expected) in weighted.iter().zip(&one_by_one) {
            prop_assert_eq!((&ours.name, &ours.tags), (&expected.name, &expected.tags));
            let whose = expected.tags.get("whose") == Some("true");
            let group: Vec<_> = measurements.iter().filter(|one| one.2 == whose).map(|one| (one.0, one.1)).collect();
            let error = (ours.value - expected.value).abs();
            prop_assert!(error <= tolerance(&expected.name, expected.value, &group), "{} {}", ours, expected);
        }
    }
}

#[test]
fn the_largest_weight_costs_no_more_than_any() {
    let n = f64::from(u32::MAX);
    // Sent one by one these would be 10^14 values.
    let found = window(built_in(), |sender| {
        let most = sender.weighted(NonZeroU32::MAX);
        (0..20_000).for_each(|n| most.send(f64::from(n % 2) * 2.0 + 4.0));
        sender.send(100.0);
    });
    let value = |name: &str| {
        let found = found.iter().find(|element| element.name.strip_prefix("m.") == Some(name));
        found.expect(name).value
    };
    let total = 20_000.0 * n + 1.0;
    assert_eq!((value("count"), value("sum"), value("rate")), (total, 1e5 * n + 100.0, (1e5 * n + 100.0) / 4.0));
    assert_eq!(
        (value("min"), value("max"), value("range"), value("first"), value("last")),
        (4.0, 100.0, 96.0, 4.0, 100.0)
    );
    assert_eq!((value("median"), value("distinct"), value("p0"), value("p100")), (6.0, 3.0, 4.0, 100.0));
    assert!((value("p50") - 6.0).abs() <= 6.0 / 128.0 && (value("p99.9") - 6.0).abs() <= 6.0 / 128.0);
    assert!((value("mean") - 5.0).abs() < 1e-9 && (value("variance") - 1.0).abs() < 1e-9);
    let buckets = found.iter().filter(|element| &*element.name == "m.histogram");
    assert_eq!(buckets.map(|bucket| bucket.value).collect::<Vec<_>>(), [0.0, total - 1.0, total]);
}

#[test]
fn a_measurement_is_one_whatever_it_stands_for() {
    let (sender, stream) = batches(2).agg("count").max_series(size(1)).build().unwrap();
    let ten = sender.weighted(times(10));
    ten.send(1.0);
    // Bound to tags it keeps its weight, and another weight takes its place.
    ten.with(tags! { "a" => 1 }).send(1.0);
    ten.weighted(times(3)).send(1.0);
    ten.send(f64::NAN);
    drop(sender);
    ten.close();
    let stats = ten.stats();
    assert_eq!((stats.accepted, stats.not_finite, stats.overflowed, stats.cut), (3, 1, 1, 0));
    assert_eq!(values(stream), [10.0, 10.0, 3.0]);
}

#[tokio::test(start_paused = true)]
async fn every_way_to_send_takes_the_weight_along() {
    let windows = Windows::every(Duration::from_secs(1)).event_time(Duration::ZERO);
    let (sender, stream) = MStream::builder("m").window(windows).agg("count").build().unwrap();
    let sender = sender.weighted(times(7));
    let at = Timestamp::now();
    sender.send_at(1.0, Tags::NONE, at);
    sender.try_send_at(1.0, Tags::NONE, at).unwrap();
    sender.send_async_at(1.0, Tags::NONE, at).await.unwrap();
    sender.send_async_with(1.0, Tags::NONE).await.unwrap();
    sender.send_async(1.0).await.unwrap();
    sender.try_send_with(1.0, Tags::NONE).unwrap();
    sender.gauge().set(2.0);
    sender.time(|| ());
    sender.send_at(1.0, Tags::NONE, at + Duration::from_secs(5));
    sender.send_at(1.0, Tags::NONE, at);
    assert_eq!((sender.stats().accepted, sender.stats().late), (10, 1));
    sender.close();
    assert_eq!(stream.map(|element| element.value).collect::<Vec<_>>().await, [56.0, 7.0]);
}

#[tokio::test]
async fn a_sender_that_waits_takes_its_weight_along() {
    let (sender, mut stream) = batches(1).agg("count").queue(size(1)).build().unwrap();
    sender.send(1.0);
    let sender = sender.weighted(times(5));
    let (sent, first) = futures::join!(sender.send_async(1.0), stream.next());
    assert_eq!((sent, first.unwrap().value), (Ok(()), 1.0));
    assert_eq!(stream.next().await.unwrap().value, 5.0);
}

#[test]
fn folds_and_closures_get_a_value_a_thousand_times_at_most() {
    let logged = log::lines(|| {
        let closure = Agg::values("all", |values: &[f64]| values.len());
        let (sender, stream) = batches(4).agg(Agg::fold("n", Count)).agg(closure).agg("count").build().unwrap();
        sender.send(1.0);
        sender.weighted(times(1000)).send(2.0);
        assert_eq!(sender.stats().cut, 0);
        sender.weighted(times(1001)).send(2.0);
        sender.weighted(NonZeroU32::MAX).send(2.0);
        // One of the value of weight 1001 for each of the two, and all but 1000 of the last.
        assert_eq!(sender.stats().cut, 2 * (1 + u64::from(u32::MAX) - 1000));
        sender.close();
        assert_eq!(values(stream), [3001.0, 3001.0, 2002.0 + f64::from(u32::MAX)]);
    });
    assert_eq!(logged.len(), 2, "{logged:?}");
    for (line, name) in logged.iter().zip(["n", "all"]) {
        assert!(line.contains("at most 1000 times") && line.contains(&format!("aggregate=\"{name}\"")), "{line}");
        assert!(line.ends_with("weight=1001 cut=1"), "{line}");
    }
}

#[test]
fn a_fold_that_panics_at_a_weighted_value_is_left_out_alone() {
    let small = metrix_core::fold::from_fn(
        || 0.0,
        |sum: &mut f64, value: f64| {
            assert!(value < 10.0, "{value} is not small");
            *sum += value;
        },
        |sum: &mut f64, later| *sum += later,
    );
    let (sender, stream) = batches(2).agg(Agg::mergeable("small", small)).agg("count").build().unwrap();
    let ten = sender.weighted(times(10));
    [1.0, 2.0, 20.0, 3.0].into_iter().for_each(|value| ten.send(value));
    sender.close();
    assert_eq!((sender.stats().panics, sender.stats().cut), (1, 0));
    assert_eq!(values(stream), [30.0, 20.0, 20.0]);
}
