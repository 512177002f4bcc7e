//! Faults of the way to the sinks.

use metrix::testing::Act;
use metrix::{CoordinatorError, MCoordinator, MStream, Overflow, Retry, SinkOptions, size};
use tokio::time::Instant;

use crate::coordinator::{acting, always, each, good, seconds, secs, settle, simple, values};
use crate::log;

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_at_shutdown() {
    let (slow, slowly) = always(Act::Slow(secs(1)));
    let (other, written) = good();
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("w").window(secs(3600)).agg("count"))
        .stream(MStream::builder("b").batch(size(4)).agg("count"))
        .sink_with("slow", slow, SinkOptions::default().max_batch(size(1)).queue(size(2)).overflow(Overflow::Block))
        .sink("other", other)
        .start()
        .unwrap();
    for value in 0..10 {
        coordinator.send("w", f64::from(value)).unwrap();
        coordinator.send("b", f64::from(value)).unwrap();
    }
    let report = coordinator.shutdown(secs(60)).await;
    assert!(report.is_complete(), "{report}");
    for recorded in [slowly, written] {
        let of = |name: &str| {
            let elements = recorded.written().into_iter().filter(|one| &*one.name == name);
            elements.map(|one| one.value).collect::<Vec<_>>()
        };
        assert_eq!((of("w.count"), of("b.count")), (vec![10.0], vec![4.0, 4.0, 2.0]));
        assert_eq!(recorded.closes(), 1);
    }
}

/// In Python the bound is 3, or there is none if the sink was added first.
#[tokio::test(start_paused = true)]
async fn a_queue_is_as_long_as_it_was_told_to_be_and_drops_what_it_was_told_to() {
    for sink_first in [true, false] {
        for (overflow, kept) in [(Overflow::DropOldest, 93..100), (Overflow::DropNewest, 1..8)] {
            let (sink, recorded) = acting([Act::Slow(secs(10))]);
            let options = SinkOptions::default().queue(size(7)).overflow(overflow);
            let coordinator = MCoordinator::builder().start().unwrap();
            if sink_first {
                coordinator.add_sink("s", sink, options).unwrap();
                coordinator.add_stream(each("n")).unwrap();
            } else {
                coordinator.add_stream(each("n")).unwrap();
                coordinator.add_sink("s", sink, options).unwrap();
            }
            for value in 0..100 {
                coordinator.send("n", f64::from(value)).unwrap();
                settle().await;
            }
            let sink = coordinator.stats().sinks["s"];
            assert_eq!((sink.queued, sink.overflowed, sink.dropped()), (1 + 7, 92, 92), "{overflow:?}");
            let report = coordinator.shutdown(secs(60)).await;
            assert_eq!((report.sinks["s"].delivered, report.sinks["s"].dropped()), (8, 92), "{overflow:?}");
            let expected: Vec<f64> = std::iter::once(0).chain(kept).map(f64::from).collect();
            assert_eq!(values(&recorded), expected, "{overflow:?}");
        }
    }
}

#[test]
fn what_a_full_queue_drops_is_logged_once() {
    let lines = log::lines(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (sink, _) = acting([Act::Slow(secs(10))]);
            let options = SinkOptions::default().queue(size(1)).overflow(Overflow::DropNewest);
            let coordinator = MCoordinator::builder().stream(each("n")).sink_with("s", sink, options).start().unwrap();
            for value in 0..100 {
                coordinator.send("n", f64::from(value)).unwrap();
                settle().await;
            }
            coordinator.shutdown(secs(60)).await;
        });
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("WARN") && lines[0].contains("sink=\"s\""), "{lines:?}");
}

/// In Python the first error of a sink hangs the application for ever.
#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_or_panics_is_tried_again_and_hangs_nobody() {
    let start = Instant::now();
    let (fails, wrote) = acting([Act::Fail, Act::Panic, Act::Halfway, Act::Panic, Act::Fail]);
    let (panics, _) = always(Act::Panic);
    let (other, at_once) = good();
    let coordinator = MCoordinator::builder()
        .stream(each("n"))
        .sink_with("fails", fails, SinkOptions::default().retry(Retry::forever()))
        .sink_with("panics", panics, SinkOptions::default().retry(Retry::default().attempts(size(3))))
        .sink("other", other)
        .start()
        .unwrap();
    for value in 0..10 {
        coordinator.send("n", f64::from(value)).unwrap();
    }
    let report = coordinator.shutdown(secs(1000)).await;
    let given: Vec<f64> = (0..10).map(f64::from).collect();
    assert_eq!((values(&wrote), values(&at_once)), (given.clone(), given));
    assert_eq!(seconds(&at_once, start), [0.0; 10]);
    let (fails, panics) = (report.sinks["fails"], report.sinks["panics"]);
    assert_eq!((fails.errors, fails.panics, fails.delivered, fails.dropped()), (3, 2, 10, 0));
    assert_eq!((panics.panics, panics.delivered, panics.dropped()), (3, 0, 10));
}

/// In Python the sends go to the second, and the first stays wired to the sinks.
#[tokio::test(start_paused = true)]
async fn two_streams_of_one_name_are_refused() {
    let twice = CoordinatorError::StreamTwice { name: "n".into() };
    let error = MCoordinator::builder().stream(each("n")).stream(each("n").agg("max")).start().unwrap_err();
    assert_eq!(error, twice);
    assert_eq!(error.to_string(), "there is a stream \"n\" already: give this one another name");
    let (coordinator, kept) = simple();
    assert_eq!(coordinator.add_stream(each("n").agg("max")).unwrap_err(), twice);
    coordinator.send("n", 1.0).unwrap();
    assert!(coordinator.shutdown(secs(1)).await.is_complete());
    assert_eq!(values(&kept), [1.0]);
}

/// Hours go by on the monotonic clock while the wall clock stands still, as if it were set back all the time.
#[tokio::test(start_paused = true)]
async fn the_wall_clock_does_not_rule_the_rate_limit() {
    let (sink, recorded) = good();
    let options = SinkOptions::default().rate_limit(secs(3600));
    let coordinator = MCoordinator::builder().stream(each("n")).sink_with("s", sink, options).start().unwrap();
    let (start, on_the_wall) = (Instant::now(), std::time::Instant::now());
    for value in 0..4 {
        coordinator.send("n", f64::from(value)).unwrap();
    }
    let report = coordinator.shutdown(secs(24 * 3600)).await;
    assert!(report.is_complete(), "{report}");
    assert_eq!(seconds(&recorded, start), [0.0, 3600.0, 7200.0, 10_800.0]);
    assert!(on_the_wall.elapsed() < secs(3600));
}
