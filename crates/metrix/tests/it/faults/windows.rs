//! Faults of windows and batches.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures::{FutureExt, StreamExt};
use metrix::{BuildError, MElement, MStream, MStreamBuilder, Timestamp, Windows, size};
use metrix_core::Interval;
use tokio::time::{Instant, sleep, sleep_until};

use crate::chain::chain;

const SECOND: Duration = Duration::from_secs(1);

/// In Python a window of nothing spins the processor, and half a batch is never full.
#[test]
fn windows_and_batches_that_can_not_be_are_refused() {
    let build = |windows: Windows| MStream::builder("m").window(windows).agg("sum").build();
    for (windows, part) in [
        (Windows::every(Duration::ZERO), "more than 0 s"),
        (Windows::every(Duration::MAX), "at most 9223372036 s"),
        (Windows::every(SECOND).event_time(SECOND).idle(Duration::ZERO), "more than 0 s"),
    ] {
        let error = build(windows).unwrap_err();
        assert!(matches!(error, BuildError::Interval { .. }), "{error:?}");
        assert!(chain(&error).contains(part), "{error}");
    }
    // What is less than nothing, or no number, is no length of time.
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, -0.0, f64::MIN_POSITIVE] {
        let error = Interval::try_from_secs(seconds).unwrap_err().to_string();
        assert!(error.contains(&format!("an interval of {seconds} s")), "{error}");
    }
    // And the size of a batch is a whole number above 0, by its type.
    let batch: fn(metrix::NamedBuilder, NonZeroUsize) -> MStreamBuilder = metrix::NamedBuilder::batch;
    assert!(batch(MStream::builder("m"), size(1)).agg("sum").build().is_ok());
    assert_eq!(NonZeroUsize::new(0), None);
}

#[tokio::test(start_paused = true)]
async fn fractions_of_a_second_are_windows_like_others() {
    let every = Interval::try_from_secs(0.25).unwrap().as_duration();
    let (sender, mut stream) = MStream::builder("m").window(every).agg("sum").build().unwrap();
    let start = Instant::now();
    sender.send(1.0);
    assert_eq!(stream.next().await.unwrap().value, 1.0);
    assert_eq!(start.elapsed(), Duration::from_millis(250));
}

/// The last elements, after the stream is closed or its last sender dropped.
fn last(builder: MStreamBuilder, end: fn(metrix::MSender)) -> Vec<f64> {
    let (sender, stream) = builder.agg("sum").build().unwrap();
    for value in [1.0, 2.0, 4.0, 8.0, 16.0] {
        sender.send(value);
    }
    end(sender);
    stream.map(|element| element.value).collect().now_or_never().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_last_window_or_batch_is_given_out() {
    let close = |sender: metrix::MSender| {
        let other = sender.clone();
        sender.close();
        drop(other);
    };
    for end in [drop, close] {
        assert_eq!(last(MStream::builder("m").window(SECOND * 3600), end), [31.0]);
        assert_eq!(last(MStream::builder("m").batch(size(1000)), end), [31.0]);
        assert_eq!(last(MStream::builder("m").batch(size(2)), end), [3.0, 12.0, 16.0]);
        let windows = Windows::every(SECOND * 3600).event_time(SECOND * 3600);
        assert_eq!(last(MStream::builder("m").window(windows), end), [31.0]);
    }
}

/// Whoever takes the elements needs longer than a window lasts, now and then.
#[tokio::test(start_paused = true)]
async fn windows_do_not_drift_however_slow_the_one_is_who_takes_them() {
    let (sender, mut stream) = MStream::builder("m").window(SECOND).agg("count").build().unwrap();
    let (origin, start) = (Timestamp::now(), Instant::now());
    tokio::spawn(async move {
        for tenth in 0..300 {
            sleep_until(start + SECOND / 10 * tenth + SECOND / 20).await;
            sender.send(1.0);
        }
    });
    let mut given: Vec<MElement> = Vec::new();
    while let Some(element) = stream.next().await {
        given.push(element);
        sleep(Duration::from_millis([0, 700, 1300, 2900][given.len() % 4])).await;
    }
    let bounds: Vec<_> = given.iter().map(|one| (one.start.unwrap(), one.at)).collect();
    let expected: Vec<_> = (0..30).map(|place| (origin + SECOND * place, origin + SECOND * (place + 1))).collect();
    assert_eq!(bounds, expected);
    assert_eq!(given.iter().map(|one| one.value).collect::<Vec<_>>(), [10.0; 30]);
}
