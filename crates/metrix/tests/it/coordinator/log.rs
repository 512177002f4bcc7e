//! What the log says, and how often.

use metrix::{Jitter, Overflow, Retry, SinkOptions};

use super::*;
use crate::log::lines;

/// What `test` logs, on paused time.
fn logged<F: Future>(test: impl FnOnce() -> F) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    lines(|| {
        runtime.block_on(async { test().await });
    })
}

#[track_caller]
fn holds(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "{line:?} lacks {part:?}");
    }
}

/// Retries after exactly 1, 2, 4, .. seconds.
fn steady() -> Retry {
    Retry::default().first(secs(1)).max(secs(1000)).jitter(Jitter::None)
}

#[test]
fn a_sink_that_fails_every_other_time_is_logged_once_until_it_is_well_again() {
    let logged = logged(|| async {
        let (sink, _) = acting((0..1000).flat_map(|_| [Act::Fail, Act::Write]));
        let options = SinkOptions::default().retry(steady());
        let coordinator = MCoordinator::builder().stream(each("n")).sink_with("tsdb", sink, options).start().unwrap();
        // The acts last for the first thousand.
        for value in 0..1010 {
            coordinator.send("n", f64::from(value)).unwrap();
            sleep(secs(30)).await;
        }
        let report = coordinator.shutdown(secs(10)).await;
        assert_eq!((report.sinks["tsdb"].delivered, report.sinks["tsdb"].errors), (1010, 1000));
    });
    assert_eq!(logged.len(), 2, "{logged:?}");
    holds(&logged[0], &["WARN", "writing failed", "sink=\"tsdb\"", "the script says: fail"]);
    holds(&logged[1], &["INFO", "without trouble", "sink=\"tsdb\"", "delivered=1002"]);
}

#[test]
fn each_kind_of_trouble_has_its_line() {
    let logged = logged(|| async {
        let (sink, _) = acting([Act::Panic, Act::Fail, Act::Panic, Act::RefuseAt(0)]);
        let options =
            SinkOptions::default().queue(size(2)).overflow(Overflow::DropNewest).retry(steady().attempts(size(2)));
        let coordinator = MCoordinator::builder().stream(each("n")).sink_with("tsdb", sink, options).start().unwrap();
        for _ in 0..3 {
            for value in 1..=4 {
                coordinator.send("n", f64::from(value)).unwrap();
            }
            sleep(secs(5)).await;
        }
        let report = coordinator.shutdown(secs(10)).await;
        let sink = &report.sinks["tsdb"];
        assert_eq!((sink.overflowed, sink.abandoned, sink.refused, sink.delivered), (6, 2, 1, 3));
    });
    assert_eq!(logged.len(), 5, "{logged:#?}");
    holds(&logged[0], &["WARN", "queue is full", "make the queue longer", "queue=2", "DropNewest"]);
    holds(&logged[1], &["panicked: the script says: panic"]);
    holds(&logged[2], &["writing failed", "the script says: fail"]);
    holds(&logged[3], &["ERROR", "no try to write them has succeeded", "elements=2"]);
    assert!(!logged[3].contains("another try may help"), "it contradicts itself: {}", logged[3]);
    holds(&logged[3], &["failure=the script says: fail"]);
    holds(&logged[4], &["refuses elements", "failure=the script says: refuse one element", "elements=1"]);
}

#[test]
fn a_filter_that_panics_is_logged_with_its_message() {
    let logged = logged(|| async {
        let (sink, kept) = good();
        let filter = SinkOptions::default().accept(|element| {
            assert!(element.value != 2.0, "no twos");
            true
        });
        let coordinator = MCoordinator::builder().stream(each("n")).sink_with("tsdb", sink, filter).start().unwrap();
        for value in [1.0, 2.0, 2.0, 3.0] {
            coordinator.send("n", value).unwrap();
        }
        let report = coordinator.shutdown(secs(10)).await;
        assert_eq!((values(&kept), report.sinks["tsdb"].refused), (vec![1.0, 3.0], 2));
    });
    assert_eq!(logged.len(), 1, "{logged:?}");
    holds(&logged[0], &["ERROR", "filter panicked", "sink=\"tsdb\"", "no twos"]);
}

#[test]
fn what_is_left_at_the_deadline_is_logged() {
    let logged = logged(|| async {
        let (sink, _) = always(Act::Hang);
        let coordinator = MCoordinator::builder().stream(each("n")).sink("tsdb", sink).start().unwrap();
        (0..3).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
        coordinator.shutdown(secs(1)).await;
    });
    assert_eq!(logged.len(), 1, "{logged:?}");
    holds(
        &logged[0],
        &["WARN", "the time to deliver was up before all elements were delivered", "sink=\"tsdb\"", "elements=3"],
    );
}

#[test]
fn a_coordinator_that_is_dropped_says_so_and_how_much_waits() {
    let logged = logged(|| async {
        let (sink, _) = acting([Act::Slow(secs(5))]);
        let coordinator = MCoordinator::builder().stream(each("n")).sink("tsdb", sink).start().unwrap();
        (0..3).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
        settle().await;
        drop(coordinator);
        sleep(secs(10)).await;
        // None of this comes from one that was shut down.
        let (coordinator, _) = simple();
        coordinator.shutdown(secs(1)).await;
    });
    assert_eq!(logged.len(), 1, "{logged:?}");
    holds(
        &logged[0],
        &["WARN", "dropped without a shutdown", "waiting=3 open_streams=0", "call `shutdown(deadline).await` first"],
    );
}

#[test]
fn a_coordinator_that_is_dropped_says_how_many_streams_hold_something() {
    let logged = logged(|| async {
        let (sink, kept) = good();
        let window = |name: &str| MStream::builder(name).window(secs(60)).agg("sum");
        let event_time = metrix::Windows::every(secs(60)).event_time(secs(5));
        let coordinator = MCoordinator::builder()
            .stream(window("empty"))
            .stream(window("over"))
            .stream(window("open"))
            .stream(MStream::builder("event").window(event_time).agg("sum"))
            .stream(MStream::builder("batch").batch(size(2)).agg("sum"))
            .stream(each("each"))
            .sink("kept", sink)
            .start()
            .unwrap();
        ["over", "each", "batch", "batch", "batch"].iter().for_each(|name| coordinator.send(name, 1.0).unwrap());
        sleep(secs(61)).await;
        ["open", "open", "event"].iter().for_each(|name| coordinator.send(name, 1.0).unwrap());
        settle().await;
        drop(coordinator);
        sleep(secs(1)).await;
        assert_eq!(kept.written().len(), 6);
    });
    assert_eq!(logged.len(), 1, "{logged:?}");
    holds(&logged[0], &["waiting=0 open_streams=3"]);
}

#[test]
fn elements_without_a_sink_are_logged_once() {
    let logged = logged(|| async {
        let coordinator = MCoordinator::builder().stream(each("n")).start().unwrap();
        for value in 0..3 {
            coordinator.send("n", f64::from(value)).unwrap();
            settle().await;
        }
        coordinator.shutdown(secs(1)).await;
    });
    assert_eq!(logged.len(), 1, "{logged:?}");
    holds(&logged[0], &["WARN", "there is no sink"]);
}

#[test]
fn a_shutdown_after_the_runtime_is_gone_is_logged_once() {
    let (coordinator, _) = {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async { simple() })
    };
    let logged = logged(|| async move {
        coordinator.shutdown(secs(1)).await;
        coordinator.shutdown(secs(1)).await;
        drop(coordinator);
    });
    assert_eq!(logged.len(), 1, "{logged:?}");
    holds(&logged[0], &["ERROR", "the runtime of a coordinator is gone", "while the runtime lasts"]);
}

/// Names a position that its batch hasn't, three times.
struct Misnaming(u32);

impl metrix::Sink for Misnaming {
    async fn write(&mut self, _batch: &[MElement]) -> Result<(), metrix::WriteError> {
        self.0 += 1;
        if self.0 > 3 { Ok(()) } else { Err(metrix::WriteError::retryable("busy").only([7])) }
    }
}

#[test]
fn a_sink_that_names_what_it_was_not_given_is_told_of_once() {
    let logged = logged(|| async {
        let options = SinkOptions::default().retry(steady());
        let builder = MCoordinator::builder().stream(each("n")).sink_with("tsdb", Misnaming(0), options);
        let coordinator = builder.start().unwrap();
        coordinator.send("n", 1.0).unwrap();
        let report = coordinator.shutdown(secs(100)).await;
        assert_eq!((report.sinks["tsdb"].delivered, report.sinks["tsdb"].errors), (1, 3));
    });
    assert_eq!(logged.len(), 2, "{logged:?}");
    holds(&logged[0], &["ERROR", "sink=\"tsdb\"", "position=7 elements=1", "a fault of the sink"]);
    holds(&logged[1], &["writing failed"]);
}
