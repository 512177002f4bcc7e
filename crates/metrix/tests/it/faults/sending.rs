//! Faults of sending: whatever becomes of the elements, a `send` neither waits nor fails.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures::FutureExt;
use metrix::testing::Act;
use metrix::{MCoordinator, MStream, Overflow, Retry, SendError, SinkOptions, size, tags};
use tokio::runtime::Builder;
use tokio::time::{Instant, interval};

use crate::coordinator::{always, each, good, seconds, secs, settle, values};

/// Runs a test on a thread of its own, which has the only runtime; a test that blocks that thread fails.
#[track_caller]
fn on_one_thread(test: impl AsyncFnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    let thread = thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(test());
        done.send(()).unwrap();
    });
    match wait.recv_timeout(secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("the thread is blocked"),
        Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => thread.join().unwrap(),
    }
}

/// In Python the sender of a batch of four groups waits for 0.9 s, and so does every other sink.
#[test]
fn a_send_does_not_wait_for_a_rate_limit() {
    on_one_thread(async || {
        let (limited, spaced) = good();
        let (free, at_once) = good();
        let coordinator = MCoordinator::builder()
            .stream(MStream::builder("n").batch(size(4)).agg("sum"))
            .sink_with("limited", limited, SinkOptions::default().rate_limit(Duration::from_millis(300)))
            .sink("free", free)
            .start()
            .unwrap();
        let (sender, start) = (coordinator.stream("n").unwrap(), Instant::now());
        for value in 0..8 {
            let tags = tags! { "g" => value % 4 };
            if value % 2 == 0 {
                sender.send_with(f64::from(value), tags);
            } else {
                // Not even the one that may wait does.
                sender.send_async_with(f64::from(value), tags).now_or_never().unwrap().unwrap();
            }
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        let report = coordinator.shutdown(secs(10)).await;
        assert!(report.is_complete(), "{report}");
        let given: Vec<f64> = (0..8).map(f64::from).collect();
        assert_eq!((values(&spaced), values(&at_once)), (given.clone(), given));
        assert_eq!(seconds(&at_once, start), [0.0; 8]);
        let expected =
            [0, 300, 600, 900, 1200, 1500, 1800, 2100].map(|millis| Duration::from_millis(millis).as_secs_f64());
        assert_eq!(seconds(&spaced, start), expected);
    });
}

/// The sinks hang with full queues, and the only thread of the application has something else to do as well.
#[test]
fn a_send_stalls_no_event_loop() {
    on_one_thread(async || {
        let (blocks, _) = always(Act::Hang);
        let (drops, _) = always(Act::Hang);
        let (slow, _) = always(Act::Slow(secs(3600)));
        let (fails, _) = always(Act::Fail);
        let few = SinkOptions::default().queue(size(2)).overflow(Overflow::Block).write_timeout(Duration::ZERO);
        let coordinator = MCoordinator::builder()
            .stream(each("n").queue(size(5)))
            .stream(MStream::builder("w").window(secs(1)).aggs(["sum", "p99", "median"]))
            .sink_with("blocks", blocks, few.clone())
            .sink_with("drops", drops, few.clone().overflow(Overflow::DropOldest))
            .sink_with("slow", slow, few.clone().overflow(Overflow::DropNewest))
            .sink_with("fails", fails, few.retry(Retry::forever()))
            .start()
            .unwrap();
        let ticker = tokio::spawn(async {
            let (start, mut ticks) = (Instant::now(), interval(Duration::from_millis(10)));
            for tick in 0..=500 {
                ticks.tick().await;
                assert_eq!(start.elapsed(), Duration::from_millis(10) * tick);
            }
        });
        let (n, w) = (coordinator.stream("n").unwrap(), coordinator.stream("w").unwrap());
        let mut full = 0;
        for second in 0..6 {
            for value in 0..1000 {
                match n.try_send(f64::from(value)) {
                    Ok(()) => {}
                    Err(SendError::Full { .. }) => full += 1,
                    Err(error) => panic!("{error}"),
                }
                w.try_send_with(f64::from(value), tags! { "g" => value % 10 }).unwrap();
            }
            tokio::time::sleep_until(Instant::now() + secs(1)).await;
            assert_eq!(w.stats().accepted, 1000 * (second + 1));
        }
        ticker.await.unwrap();
        // Those sends that were refused know it, and so do the statistics.
        assert!(full > 5900, "{full}");
        let report = coordinator.shutdown(secs(1)).await;
        assert_eq!(report.streams["n"].full, full);
        for (name, sink) in &report.sinks {
            let settled = sink.dropped() + sink.undelivered;
            assert_eq!((sink.delivered, sink.queued, settled), (0, 0, sink.accepted), "{name}: {report}");
        }
    });
}

/// With the one who does wait it is seen that the sinks of before are really stuck.
#[tokio::test(start_paused = true)]
async fn only_a_send_that_may_wait_waits_for_a_sink() {
    let (slow, _) = always(Act::Slow(secs(10)));
    let options = SinkOptions::default().queue(size(1)).overflow(Overflow::Block).max_batch(size(1));
    let coordinator = MCoordinator::builder().stream(each("n").queue(size(1))).sink_with("slow", slow, options).start();
    let coordinator = coordinator.unwrap();
    let (sender, start) = (coordinator.stream("n").unwrap(), Instant::now());
    for value in 0..10 {
        sender.send_async(f64::from(value)).await.unwrap();
        settle().await;
    }
    assert!(start.elapsed() > secs(50), "{:?}", start.elapsed());
    assert!(coordinator.shutdown(secs(1000)).await.is_complete());
}
