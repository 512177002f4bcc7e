//! Sinks that never return.

use std::time::Duration;

use metrix::testing::Act;
use metrix::{MCoordinator, Overflow, SinkOptions, size};
use tokio::time::Instant;

use crate::coordinator::{acting, always, each, good, secs, settle, values};
use crate::log;

/// It hangs in a write, in a flush or when it is to be closed.
#[tokio::test(start_paused = true)]
async fn a_sink_that_never_returns_costs_the_time_of_the_shutdown_and_no_more() {
    let (in_write, _) = always(Act::Hang);
    let (in_flush, flushed) = good();
    let (in_close, closed) = good();
    let (other, written) = good();
    let no_limit = SinkOptions::default().write_timeout(Duration::ZERO);
    let coordinator = MCoordinator::builder()
        .stream(each("n"))
        .sink_with("in write", in_write, no_limit.clone())
        .sink_with("in flush", in_flush.on_flush(Act::Hang), no_limit.clone())
        .sink_with("in close", in_close.on_close(Act::Hang), no_limit)
        .sink("other", other)
        .start()
        .unwrap();
    let given: Vec<f64> = (0..50).map(f64::from).collect();
    for value in &given {
        coordinator.send("n", *value).unwrap();
        settle().await;
    }
    assert_eq!(values(&written), given);
    let start = Instant::now();
    let report = coordinator.shutdown(secs(20)).await;
    assert_eq!(start.elapsed(), secs(20));
    assert_eq!((written.closes(), closed.closes(), flushed.flushes()), (1, 1, 1));
    // A sink that hangs in its first flush gets nothing after it.
    let settled = |name| (report.sinks[name].delivered, report.sinks[name].undelivered);
    assert_eq!(settled("in write"), (0, 50), "{report}");
    assert_eq!(settled("in flush"), (1, 49), "{report}");
    assert_eq!((settled("in close"), settled("other")), ((50, 0), (50, 0)), "{report}");
    assert_eq!(values(&flushed), [0.0]);
}

/// With the usual limit of time it is given up and tried again.
#[tokio::test(start_paused = true)]
async fn a_sink_that_hangs_now_and_then_gets_everything() {
    let (sink, written) = acting([Act::Hang, Act::Write, Act::Hang, Act::Hang]);
    let (sink, options) = (sink.on_flush(Act::Slow(secs(40))), SinkOptions::default().max_batch(size(1)));
    let coordinator = MCoordinator::builder().stream(each("n")).sink_with("s", sink, options).start().unwrap();
    for value in 0..5 {
        coordinator.send("n", f64::from(value)).unwrap();
    }
    let report = coordinator.shutdown(secs(3600)).await;
    assert!(report.is_complete(), "{report}");
    assert_eq!(values(&written), [0.0, 1.0, 2.0, 3.0, 4.0]);
    // Three writes, and ten tries to flush.
    assert_eq!(report.sinks["s"].timeouts, 3 + 10);
}

/// Who has a sink that hangs takes it out; then its streams must go on, and nothing that waited is lost uncounted.
#[tokio::test(start_paused = true)]
async fn a_sink_that_hangs_can_be_taken_out() {
    let (hangs, _) = always(Act::Hang);
    let (other, written) = good();
    let options = SinkOptions::default()
        .queue(size(2))
        .overflow(Overflow::Block)
        .max_batch(size(1))
        .write_timeout(Duration::ZERO);
    let coordinator = MCoordinator::builder()
        .stream(each("n").queue(size(10)))
        .stream(each("m").queue(size(10)))
        .sink_with("hangs", hangs, options)
        .sink("other", other)
        .start()
        .unwrap();
    for value in 0..30 {
        coordinator.send(["n", "m"][value % 2], value as f64).unwrap();
        settle().await;
    }
    let held_up = values(&written).len();
    assert!(held_up < 10, "{held_up}");
    assert!(tokio::time::timeout(secs(5), coordinator.remove_sink("hangs")).await.is_err());
    settle().await;
    let before: u64 = coordinator.stats().streams.values().map(|stream| stream.accepted).sum();
    assert_eq!(values(&written).len() as u64, before);
    coordinator.send("n", 100.0).unwrap();
    settle().await;
    assert_eq!(values(&written).len() as u64, before + 1);
    assert!(coordinator.shutdown(secs(20)).await.is_complete());
}

/// Its elements are no more lost than those of a stream that was taken out.
#[tokio::test(start_paused = true)]
async fn a_sink_whose_removal_nobody_waits_for_is_waited_for_at_the_end() {
    let (slow, written) = always(Act::Slow(secs(10)));
    let coordinator = MCoordinator::builder()
        .stream(each("n"))
        .sink_with("slow", slow, SinkOptions::default().max_batch(size(1)))
        .start()
        .unwrap();
    for value in 0..5 {
        coordinator.send("n", f64::from(value)).unwrap();
    }
    settle().await;
    assert!(tokio::time::timeout(secs(1), coordinator.remove_sink("slow")).await.is_err());
    let start = Instant::now();
    coordinator.shutdown(secs(3600)).await;
    assert_eq!((values(&written), written.closes()), (vec![0.0, 1.0, 2.0, 3.0, 4.0], 1));
    assert!(start.elapsed() < secs(60), "{:?}", start.elapsed());
}

/// But not for ever, and who lost what is in the log.
#[test]
fn a_removed_sink_that_hangs_is_left_at_the_deadline() {
    let lines = log::lines(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (hangs, _) = always(Act::Hang);
            let options = SinkOptions::default().write_timeout(Duration::ZERO);
            let coordinator =
                MCoordinator::builder().stream(each("n")).sink_with("hangs", hangs, options).start().unwrap();
            coordinator.send("n", 1.0).unwrap();
            coordinator.send("n", 2.0).unwrap();
            settle().await;
            assert!(tokio::time::timeout(secs(1), coordinator.remove_sink("hangs")).await.is_err());
            let start = Instant::now();
            coordinator.shutdown(secs(20)).await;
            assert_eq!(start.elapsed(), secs(20));
        });
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("sink=\"hangs\"") && lines[0].contains("elements=2"), "{lines:?}");
}
