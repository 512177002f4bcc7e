//! Two threads send ten million values to a coordinator one of whose sinks is slow while another fails.

use std::thread;
use std::time::Duration;

use metrix::testing::{Act, Recorded, Scripted};
use metrix::{MCoordinator, MElement, MStream, Overflow, Retry, SinkOptions, size, tags};

const SENDS: u32 = 10_000_000;
const THREADS: u32 = 2;

fn total(elements: &[MElement], name: &str) -> f64 {
    elements.iter().filter(|one| &*one.name == name).map(|one| one.value).sum()
}

/// A sink that does this for ever, and what it is given.
fn playing<const N: usize>(acts: [Act; N]) -> (Scripted, Recorded) {
    let sink = Scripted::new(acts).repeat();
    let recorded = sink.recorded();
    (sink, recorded)
}

#[test]
fn the_sums_at_the_sinks_that_deliver_are_exact() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let (good, at_the_good_one) = playing([Act::Write]);
    let (slow, at_the_slow_one) = playing([Act::Slow(Duration::from_millis(5))]);
    let (fails, at_the_failing_one) = playing([Act::Write, Act::Write, Act::Fail]);
    let at_once = Retry::forever().first(Duration::ZERO);
    let coordinator = runtime.block_on(async {
        MCoordinator::builder()
            .stream(MStream::builder("n").batch(size(1000)).aggs(["sum", "count"]).queue(size(1_000_000)))
            .sink("good", good)
            .sink_with("slow", slow, SinkOptions::default().queue(size(10)).overflow(Overflow::DropOldest))
            .sink_with("fails", fails, SinkOptions::default().max_batch(size(10)).retry(at_once))
            .start()
            .unwrap()
    });
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let sender = coordinator.stream("n").unwrap().with(tags! { "thread" => thread });
            scope.spawn(move || {
                for value in (thread..SENDS).step_by(THREADS as usize) {
                    sender.try_send(f64::from(value)).unwrap();
                }
            });
        }
    });
    let report = runtime.block_on(coordinator.shutdown(Duration::from_secs(600)));

    let (sends, stream) = (f64::from(SENDS), report.streams["n"]);
    assert_eq!((stream.accepted, stream.refused()), (u64::from(SENDS), 0));
    let elements = at_the_good_one.written();
    assert_eq!((total(&elements, "n.count"), total(&elements, "n.sum")), (sends, sends * (sends - 1.0) / 2.0));
    // The same elements in the same order, one by one.
    assert_eq!(at_the_failing_one.written(), elements);
    let sinks = &report.sinks;
    for name in ["good", "fails"] {
        assert_eq!((sinks[name].delivered, sinks[name].dropped()), (stream.emitted, 0), "{name}");
    }
    let failures = at_the_failing_one.writes() as u64 / 3;
    assert_eq!((sinks["fails"].errors, sinks["good"].errors), (failures, 0));
    assert!(failures > 100, "{failures}");
    // The slow one was really too slow, and what it has not got is known.
    let slow = sinks["slow"];
    assert!(slow.overflowed > 0, "{report}");
    assert_eq!(slow.delivered, at_the_slow_one.written().len() as u64);
    assert_eq!(slow.delivered + slow.overflowed, stream.emitted);
}
