//! Streams and their senders.

use std::time::Duration;

use futures::{FutureExt, StreamExt};
use metrix::{BuildError, MSender, MStream, MStreamBuilder, SendError, Tags, Timestamp, Windows, size, tags};

use crate::chain::chain;
use crate::log;

const SECOND: Duration = Duration::from_secs(1);

fn windows(every: Duration) -> MStreamBuilder {
    MStream::builder("m").window(every).agg("sum")
}

#[tokio::test(start_paused = true)]
async fn windows_close_while_nobody_sends_and_never_drift() {
    let (sender, mut stream) = windows(10 * SECOND).build().unwrap();
    let origin = Timestamp::now();
    sender.send(1.0);
    let first = stream.next().await.unwrap();
    assert_eq!((first.at, Timestamp::now()), (origin + 10 * SECOND, origin + 10 * SECOND));
    assert_eq!(first.start, Some(origin));
    tokio::time::advance(27 * SECOND).await;
    sender.send(2.0);
    assert_eq!(stream.next().await.unwrap().at, origin + 40 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_send_after_the_end_of_a_window_closes_it_first() {
    let (sender, mut stream) = windows(SECOND).build().unwrap();
    sender.send(1.0);
    tokio::time::advance(SECOND).await;
    sender.send(2.0);
    assert_eq!(stream.next().now_or_never().unwrap().unwrap().value, 1.0);
    assert!(stream.next().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn closing_gives_out_what_is_open_and_refuses_the_rest() {
    let (sender, mut stream) = windows(SECOND).build().unwrap();
    sender.send(1.0);
    sender.close();
    assert_eq!(sender.try_send(2.0), Err(SendError::Closed { stream: "m".into() }));
    assert_eq!(stream.next().await.unwrap().value, 1.0);
    assert_eq!(stream.next().await, None);
    assert_eq!(stream.next().await, None);
    assert_eq!((sender.stats().accepted, sender.stats().closed, sender.stats().emitted), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_refuses() {
    let (sender, stream) = windows(SECOND).build().unwrap();
    drop(stream);
    assert!(matches!(sender.try_send(2.0), Err(SendError::Closed { .. })));
    assert!(matches!(sender.send_async(2.0).await, Err(SendError::Closed { .. })));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_takes_is_bounded() {
    let (sender, mut stream) = MStream::builder("m").batch(size(1)).agg("sum").queue(size(3)).build().unwrap();
    for value in [1.0, 2.0, 3.0] {
        sender.try_send(value).unwrap();
    }
    assert_eq!(sender.try_send(4.0), Err(SendError::Full { stream: "m".into() }));
    let mut waiting = Box::pin(sender.send_async(5.0));
    assert!(waiting.as_mut().now_or_never().is_none());
    assert_eq!(stream.next().await.unwrap().value, 1.0);
    waiting.await.unwrap();
    drop(sender);
    let rest: Vec<f64> = stream.map(|element| element.value).collect().await;
    assert_eq!(rest, [2.0, 3.0, 5.0]);
}

#[tokio::test(start_paused = true)]
async fn a_window_that_has_more_series_than_may_wait_costs_no_measurement() {
    let (sender, stream) = windows(SECOND).queue(size(2)).build().unwrap();
    for window in 1..=2 {
        for series in 0..3 {
            sender.try_send_with(1.0, tags! { "series" => series, "window" => window }).unwrap();
        }
        tokio::time::advance(SECOND / 2).await;
        sender.try_send_with(1.0, tags! { "series" => 0, "window" => window }).unwrap();
        tokio::time::advance(SECOND / 2).await;
    }
    // Nobody has taken what the first gave out when the second is over.
    assert!(matches!(sender.try_send(1.0), Err(SendError::Full { .. })));
    drop(sender);
    let values: Vec<f64> = stream.map(|element| element.value).collect().await;
    assert_eq!(values, [2.0, 1.0, 1.0, 2.0, 1.0, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn values_that_are_not_finite_are_refused_and_counted() {
    let (sender, stream) = windows(SECOND).build().unwrap();
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(sender.try_send(value), Err(SendError::NotFinite { .. })));
        assert!(matches!(sender.send_async(value).await, Err(SendError::NotFinite { .. })));
        sender.gauge().set(value);
        sender.cumulative().observe(value);
    }
    sender.send(1.0);
    assert_eq!((stream.stats().not_finite, stream.stats().refused(), stream.stats().accepted), (12, 12, 1));
    drop(sender);
    assert_eq!(stream.map(|element| element.value).collect::<Vec<_>>().await, [1.0]);
}

#[test]
fn the_first_refusal_of_a_kind_is_logged() {
    let (sender, _stream) = MStream::builder("m").batch(size(1)).agg("sum").queue(size(1)).build().unwrap();
    let logged = log::lines(|| [1.0, 2.0, 3.0, f64::NAN, f64::NAN].into_iter().for_each(|value| sender.send(value)));
    assert_eq!(logged.len(), 2, "{logged:?}");
    assert!(logged[0].contains("full") && logged[1].contains("finite"), "{logged:?}");
}

#[tokio::test(start_paused = true)]
async fn long_tags_are_refused_and_counted_and_odd_ones_taken() {
    let (sender, stream) = windows(SECOND).build().unwrap();
    let long = "x".repeat(1 << 20);
    let error = sender.try_send_with(1.0, [("a", &*long)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stream \"m\" refuses tags of 1048577 bytes: shorten them to 65536, or build it with a larger `max_tag_bytes`"
    );
    let odd = Tags::from([("a\nb", "\u{0}\u{1b}[2J"), ("", "")]);
    sender.try_send_with(2.0, &odd).unwrap();
    assert_eq!(sender.stats().tags_too_long, 1);
    drop(sender);
    let elements: Vec<_> = stream.collect().await;
    assert_eq!((&elements[0].tags, elements[0].value, elements.len()), (&odd, 2.0, 1));
}

#[tokio::test(start_paused = true)]
async fn tags_are_merged_from_the_call_the_sender_and_the_defaults() {
    let (sender, stream) = windows(SECOND).default_tags(tags! { "a" => 1, "b" => 1, "c" => 1 }).build().unwrap();
    sender.with(tags! { "b" => 2, "c" => 2 }).send_with(1.0, tags! { "c" => 3 });
    sender.send_with(2.0, Tags::NONE);
    drop(sender);
    let tags: Vec<_> = stream.map(|element| element.tags).collect().await;
    assert_eq!(tags, [tags! { "a" => 1, "b" => 2, "c" => 3 }, tags! { "a" => 1, "b" => 1, "c" => 1 }]);
}

#[tokio::test]
async fn event_time_takes_the_time_of_the_measurement() {
    let windows = Windows::every(10 * SECOND).event_time(5 * SECOND);
    let (sender, stream) = MStream::builder("m").window(windows).agg("sum").build().unwrap();
    for (second, value) in [(1, 1.0), (12, 2.0), (9, 4.0), (26, 8.0), (3, 16.0)] {
        sender.try_send_at(value, Tags::NONE, Timestamp::from_secs(second)).unwrap();
    }
    assert_eq!((sender.stats().late, sender.stats().accepted), (1, 5));
    drop(sender);
    let elements: Vec<_> = stream.map(|element| (element.at.as_nanos() / 1_000_000_000, element.value)).collect().await;
    assert_eq!(elements, [(10, 5.0), (20, 2.0), (30, 8.0)]);
}

#[tokio::test(start_paused = true)]
async fn idle_event_time_closes_windows_in_whatever_order_it_was_asked_for() {
    let windows = Windows::every(SECOND);
    for windows in [windows.clone().event_time(SECOND).idle(SECOND), windows.idle(SECOND).event_time(SECOND)] {
        let (sender, mut stream) = MStream::builder("m").window(windows).agg("sum").build().unwrap();
        sender.send(1.0);
        let element = tokio::time::timeout(5 * SECOND, stream.next()).await;
        assert_eq!(element.expect("the clock closes it").unwrap().value, 1.0);
        drop(sender);
    }
}

#[tokio::test(start_paused = true)]
async fn an_increase_that_is_refused_comes_with_the_next() {
    let (sender, mut stream) = MStream::builder("m").batch(size(1)).agg("sum").queue(size(1)).build().unwrap();
    let bytes = sender.cumulative();
    // The third finds the stream full, and so does the fourth, after a reset.
    for total in [0.0, 10.0, 30.0, 5.0] {
        bytes.observe(total);
    }
    assert_eq!((stream.next().await.unwrap().value, sender.stats().full), (10.0, 2));
    bytes.observe(9.0);
    assert_eq!(stream.next().await.unwrap().value, 29.0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_the_time_of_its_last_measurement() {
    let (sender, mut stream) = MStream::builder("m").batch(size(2)).agg("sum").build().unwrap();
    sender.send(1.0);
    tokio::time::advance(SECOND).await;
    sender.send(2.0);
    let batch = stream.next().await.unwrap();
    assert_eq!((batch.at, batch.start), (Timestamp::now(), None));
    sender.send(1.0);
    sender.try_send_at(2.0, Tags::NONE, Timestamp::from_secs(7)).unwrap();
    assert_eq!(stream.next().await.unwrap().at, Timestamp::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn timers_send_also_when_the_code_panics_or_the_future_is_dropped() {
    let (sender, stream) = MStream::builder("m").window(SECOND * 100).aggs(["count", "sum"]).build().unwrap();
    let panicked =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| sender.time(|| panic!("the timed code fails"))));
    assert!(panicked.is_err());
    let slow = sender.time_async(tokio::time::sleep(3 * SECOND));
    assert!(tokio::time::timeout(2 * SECOND, slow).await.is_err());
    sender.time_async(tokio::time::sleep(3 * SECOND)).await;
    sender.timer().discard();
    drop(sender);
    let values: Vec<f64> = stream.map(|element| element.value).collect().await;
    assert_eq!(values, [3.0, 5.0]);
}

#[test]
fn what_cannot_be_built_says_why() {
    let error = |builder: MStreamBuilder| chain(&builder.build().unwrap_err());
    let batch = |name: &str| MStream::builder(name).batch(size(1));
    assert_eq!(
        error(batch("a\nb").agg("sum")),
        "a stream can't be called \"a\\nb\": give it a name of one or more characters, none of them control characters"
    );
    assert!(matches!(batch("").agg("sum").build(), Err(BuildError::Name { .. })));
    assert!(matches!(batch("m").build(), Err(BuildError::Agg { .. })));
    assert!(matches!(batch("m").aggs(["sum", "sum"]).build(), Err(BuildError::Agg { .. })));
    assert!(matches!(batch("m").agg("rate").build(), Err(BuildError::Agg { .. })));
    assert!(error(batch("m").agg("summ")).contains("sum"));
    for window in [Duration::ZERO, Duration::MAX] {
        assert!(matches!(windows(window).build(), Err(BuildError::Interval { .. })));
    }
}

#[test]
fn what_waits_to_be_taken_is_counted() {
    let (sender, mut stream) = MStream::builder("m").batch(size(2)).aggs(["sum", "count", "stdev"]).build().unwrap();
    let stats = |sender: &MSender| (sender.stats().emitted, sender.stats().waiting);
    sender.send_with(1.0, [("a", "1")]);
    assert_eq!(stats(&sender), (0, 0));
    sender.send_with(1.0, [("a", "2")]);
    // No value of a deviation, and two groups.
    assert_eq!(stats(&sender), (0, 4));
    stream.next().now_or_never().unwrap().unwrap();
    assert_eq!(stats(&sender), (1, 3));
    drop(stream);
    assert_eq!(stats(&sender), (1, 3));
}
