//! How many series a stream keeps, and for how long.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use metrix::{Agg, MElement, MStream, Tags, size, tags};
use metrix_core::fold::{Fold, Stdev};

use crate::log;

fn user(n: u32) -> Tags {
    tags! { "host" => "a", "user" => n }
}

fn lines(elements: &[MElement]) -> Vec<String> {
    elements.iter().map(|element| format!("{} {} {}", element.name, element.tags, element.value)).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_the_limit_goes_to_one_series_and_is_counted() {
    let builder = MStream::builder("logins").window(Duration::from_secs(1)).agg("count").max_series(size(2));
    let (sender, stream) = builder.build().unwrap();
    for n in [1, 2, 3, 1, 4, 3] {
        sender.send_with(1.0, user(n));
    }
    assert_eq!(sender.stats().overflowed, 3);
    drop(sender);
    let elements: Vec<_> = stream.collect().await;
    assert_eq!(
        lines(&elements),
        ["logins.count host=a,user=1 2", "logins.count host=a,user=2 1", "logins.count metrix.overflow=true 3"]
    );
}

#[tokio::test(start_paused = true)]
async fn each_of_very_many_has_its_own_values() {
    let builder = MStream::builder("n").window(Duration::from_secs(1)).aggs(["count", "stdev", "sum"]);
    let (sender, stream) = builder.build().unwrap();
    // A third of them have two values, the others one, and so no deviation.
    let values = |n: u32| if n % 3 == 0 { vec![f64::from(n), 0.0] } else { vec![f64::from(n)] };
    for n in 0..5000 {
        values(n).into_iter().for_each(|value| sender.send_with(value, user(n)));
    }
    drop(sender);
    let elements: Vec<_> = stream.collect().await;
    let line = |agg: &str, n: u32, value: f64| format!("n.{agg} {} {value}", user(n));
    let counts = (0..5000).map(|n| line("count", n, values(n).len() as f64));
    let deviations = (0..5000).filter_map(|n| Some(line("stdev", n, Stdev.fold(values(n))?)));
    let sums = (0..5000).map(|n| line("sum", n, f64::from(n)));
    assert!(lines(&elements) == counts.chain(deviations).chain(sums).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn deviations_and_percentiles_of_one_series_are_each_what_they_are_alone() {
    let (sender, mut stream) =
        MStream::builder("n").window(Duration::from_secs(1)).aggs(["stdev", "p50", "p90"]).build().unwrap();
    let bound = sender.with(user(1));
    // 100 000 fall into one bucket: more than the lower 16 bits of a count hold.
    let mut values: Vec<f64> =
        (0..150_000_u32).map(|n| f64::from(if n % 3 == 0 { n % 1000 } else { 3 }) - 0.5).collect();
    for (n, &value) in values.iter().enumerate() {
        bound.send(value);
        if n % 1000 == 0 {
            bound.send(f64::NAN);
            assert!(stream.next().now_or_never().is_none());
        }
    }
    drop((sender, bound));
    let found: Vec<f64> = stream.map(|element| element.value).collect().await;
    let deviation = Stdev.fold(values.iter().copied()).unwrap();
    values.sort_unstable_by(f64::total_cmp);
    let [of_all, median, most] = found[..] else { panic!("{found:?}") };
    assert_eq!(of_all, deviation);
    for (percentile, exact) in [(median, values[75_000]), (most, values[135_000])] {
        assert!((percentile - exact).abs() <= exact / 128.0, "{percentile} is not {exact}");
    }
}

#[test]
fn the_first_beyond_the_limit_is_logged_with_the_tag_that_grows() {
    let (sender, _stream) =
        MStream::builder("logins").batch(size(100)).agg("count").max_series(size(2)).build().unwrap();
    let logged = log::lines(|| (0..9).for_each(|n| sender.send_with(1.0, user(n))));
    assert_eq!(logged.len(), 1, "{logged:?}");
    for field in ["WARN", "stream=\"logins\"", "series=2", "tag=\"user\"", "values=2"] {
        assert!(logged[0].contains(field), "{logged:?}");
    }
}

#[test]
fn what_is_logged_can_be_counted_by_the_stream_that_logs() {
    let fails = ("fails", Agg::values("", |values: &[f64]| values[1000]));
    let (sender, stream) =
        MStream::builder("m").batch(size(4)).agg("sum").agg(fails).max_series(size(1)).build().unwrap();
    log::counted_by(sender.clone(), || {
        // Two series too many, of which the first is logged, and counted after its measurement.
        [1, 2, 3].into_iter().for_each(|n| sender.send_with(10.0, user(n)));
    });
    assert_eq!((sender.stats().accepted, sender.stats().overflowed), (4 + 1, 3));
    drop(sender);
    let sums: Vec<f64> = stream.map(|element| element.value).collect().now_or_never().unwrap();
    // The panic is logged when the batch is over, and begins the next.
    assert_eq!(sums, [10.0, 21.0, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn a_window_begins_with_no_series() {
    let builder = MStream::builder("logins").window(Duration::from_secs(1)).agg("count").max_series(size(2));
    let (sender, mut stream) = builder.build().unwrap();
    for n in 0..10 {
        // Never more than two in a window, though ten in all: those that are idle count no more.
        sender.send_with(1.0, user(n));
        sender.send_with(1.0, user(n + 1));
        for _ in 0..2 {
            assert_eq!(stream.next().await.unwrap().value, 1.0);
        }
    }
    assert_eq!(stream.stats().overflowed, 0);
}

#[test]
fn a_flood_of_tags_keeps_its_bound() {
    let (sender, stream) =
        MStream::builder("m").batch(size(1_000_000)).agg("sum").max_series(size(100)).build().unwrap();
    for n in 0..200_000 {
        sender.send_with(1.0, user(n));
    }
    drop(sender);
    let elements: Vec<_> = stream.collect().now_or_never().unwrap();
    assert_eq!(elements.len(), 101);
    assert_eq!(elements.iter().map(|element| element.value).sum::<f64>(), 200_000.0);
}
