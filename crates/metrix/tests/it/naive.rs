//! The folded pipeline of a metric stream gives what the naive one gives, which keeps every measurement until its window
//! or batch is over.

use std::pin::Pin;
use std::time::Duration;

use futures::executor::block_on;
use futures::{Stream, stream};
use metrix::{MElement, MStream, Tags, Windows, size};
use metrix_core::fold::{self, Count, Fold, Max, Mean, Stdev, ToVec};
use metrix_core::ops::TimedWindow;
use metrix_core::prelude::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
struct Measurement {
    value: f64,
    tags: Tags,
    at: Timestamp,
}

const AGGS: [&str; 4] = ["count", "mean", "max", "stdev"];

fn aggregate(name: &str, values: &[f64]) -> Option<f64> {
    let values = values.iter().copied();
    match name {
        "count" => Some(Count.fold(values) as f64),
        "mean" => Mean.fold(values),
        "max" => Max.fold(values),
        _ => Stdev.fold(values),
    }
}

type Elements = Pin<Box<dyn Stream<Item = MElement>>>;

/// `filter -> group_by -> map, an aggregate each -> zip -> flatten -> flatten`, of whole windows or batches.
fn naive(windows: impl Stream<Item = (Vec<Measurement>, Timestamp, Option<Timestamp>)> + 'static) -> Elements {
    let by_tags = fold::group_by(|one: &Measurement| one.tags.clone(), ToVec);
    let groups = windows
        .filter(|(measurements, _, _)| !measurements.is_empty())
        .map(move |(measurements, at, start)| (by_tags.fold(measurements), at, start))
        .share(Slow::Lockstep);
    let aggregates = AGGS.map(|agg| {
        groups.subscribe().map(move |(groups, at, start)| -> Vec<MElement> {
            let element = |(tags, measurements): (Tags, Vec<Measurement>)| {
                let values: Vec<f64> = measurements.iter().map(|one| one.value).collect();
                let mut element = MElement::new(format!("m.{agg}"), aggregate(agg, &values)?, tags, at);
                element.start = start;
                Some(element)
            };
            groups.into_iter().filter_map(element).collect()
        })
    });
    drop(groups);
    Box::pin(zip(Vec::from(aggregates)).flatten().flatten())
}

fn measurements() -> impl Strategy<Value = Vec<Measurement>> {
    let tags = prop_oneof![
        Just(Tags::NONE),
        (0..4_u8).prop_map(|n| Tags::from([("n", n.to_string())])),
        (0..2_u8, "[ab|:]{0,2}").prop_map(|(n, text)| Tags::from([("n", n.to_string()), ("text", text)])),
    ];
    let one = (-1e6..1e6_f64, tags, 0..100_i64).prop_map(|(value, tags, at)| Measurement {
        value,
        tags,
        at: Timestamp::from_secs(at),
    });
    proptest::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn windows(measurements in measurements(), every in 1..40_u64, lateness in 0..50_u64) {
        let (every, lateness) = (Duration::from_secs(every), Duration::from_secs(lateness));
        let (sender, folded) = MStream::builder("m").window(Windows::every(every).event_time(lateness)).aggs(AGGS).build().unwrap();
        let event_time = EventTime::new(|one: &Measurement| one.at).lateness(lateness);
        let late = event_time.late_counter();
        let windows = stream::iter(measurements.clone()).operate_at(TimedWindow::new(every), event_time);
        let naive = naive(windows.map(|window| (window.value, window.end, Some(window.start))));
        for Measurement { value, tags, at } in measurements {
            sender.try_send_at(value, tags, at).unwrap();
        }
        sender.close();
        prop_assert_eq!(block_on(folded.collect::<Vec<_>>()), block_on(naive.collect::<Vec<_>>()));
        prop_assert_eq!(sender.stats().late, late.get());
    }

    #[test]
    fn batches(measurements in measurements(), n in 1..20_usize) {
        let (sender, folded) = MStream::builder("m").batch(size(n)).aggs(AGGS).build().unwrap();
        let batches = stream::iter(measurements.clone()).partition(size(n));
        let naive = naive(batches.map(|batch| {
            let last = batch.last().unwrap().at;
            (batch, last, None)
        }));
        for Measurement { value, tags, at } in measurements {
            sender.try_send_at(value, tags, at).unwrap();
        }
        sender.close();
        prop_assert_eq!(block_on(folded.collect::<Vec<_>>()), block_on(naive.collect::<Vec<_>>()));
    }
}
