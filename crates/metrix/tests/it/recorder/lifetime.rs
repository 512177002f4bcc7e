//! The ends of a recorder, of its coordinator and of the runtime; many threads at once.

use std::time::Duration;

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrix::sink::Memory;
use metrix::{MCoordinator, MRecorder, size};

use super::{SECOND, rig};

#[tokio::test(start_paused = true)]
async fn a_shutdown_gives_out_what_is_open_and_refuses_the_rest() {
    let rig = rig(MRecorder::builder().counters(["sum"]));
    let kept = with_local_recorder(&rig.recorder, || counter!("n"));
    kept.increment(2);
    assert_eq!(rig.rest().await, ["n.sum[] 2"]);
    kept.increment(1);
    with_local_recorder(&rig.recorder, || {
        counter!("n").increment(1);
        counter!("n", "new" => "label").increment(1);
        histogram!("new").record(1.0);
    });
    assert_eq!(rig.stats("n").closed, 3);
    assert_eq!((rig.recorder.stats().after_shutdown, rig.recorder.stats().streams), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_recorded_is_delivered_though_the_recorder_is_gone() {
    let super::Rig { recorder, coordinator, kept } = rig(MRecorder::builder().counters(["sum"]));
    let handle = with_local_recorder(&recorder, || counter!("n"));
    drop(recorder);
    handle.increment(3);
    tokio::time::sleep(11 * SECOND).await;
    assert_eq!(kept.take()[0].value, 3.0);
    handle.increment(4);
    drop(handle);
    coordinator.shutdown(SECOND).await;
    assert_eq!(kept.take()[0].value, 4.0);
}

#[tokio::test(start_paused = true)]
async fn a_recorder_does_not_keep_its_coordinator_from_its_end() {
    let super::Rig { recorder, coordinator, kept } = rig(MRecorder::builder().counters(["sum"]));
    with_local_recorder(&recorder, || counter!("n").increment(3));
    drop(coordinator);
    // The window would be open for ten seconds more.
    tokio::time::sleep(SECOND).await;
    assert_eq!(kept.take()[0].value, 3.0);
    with_local_recorder(&recorder, || gauge!("new").set(1.0));
    assert_eq!(recorder.stats().after_shutdown, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_removed_refuses() {
    let rig = rig(MRecorder::builder());
    with_local_recorder(&rig.recorder, || counter!("n").increment(3));
    assert_eq!(rig.coordinator.remove_stream("n").await.unwrap().accepted, 1);
    with_local_recorder(&rig.recorder, || counter!("n").increment(3));
    assert!(rig.coordinator.stats().streams.is_empty());
    assert_eq!(rig.rest().await, ["n.rate[] 0.3", "n.sum[] 3"]);
}

#[test]
fn recording_goes_on_without_a_panic_when_the_runtime_is_gone() {
    for paused in [false, true] {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(paused).build().unwrap();
        let (recorder, coordinator) = runtime.block_on(async {
            let coordinator = MCoordinator::builder().sink("kept", Memory::new(size(1))).start().unwrap();
            (MRecorder::builder().start(&coordinator).unwrap(), coordinator)
        });
        let old = with_local_recorder(&recorder, || counter!("old"));
        runtime.shutdown_timeout(Duration::ZERO);
        old.increment(1);
        with_local_recorder(&recorder, || {
            counter!("old").increment(1);
            gauge!("new").set(1.0);
            histogram!("new").record(1.0);
        });
        assert_eq!((recorder.stats().streams, recorder.stats().handles), (3, 3));
        drop((coordinator, recorder));
    }
}

#[test]
fn metrics_may_come_from_threads_outside_the_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let rig = {
        let _in_runtime = runtime.enter();
        rig(MRecorder::builder().counters(["sum"]))
    };
    // No runtime here.
    with_local_recorder(&rig.recorder, || counter!("n").increment(3));
    assert_eq!(runtime.block_on(rig.rest()), ["n.sum[] 3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_threads_lose_nothing() {
    const THREADS: u32 = 8;
    const ROUNDS: u32 = 2_000;
    let rig = rig(MRecorder::builder().counters(["sum"]).histograms(["count"]).window(3600 * SECOND));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let recorder = &rig.recorder;
            scope.spawn(move || {
                let _local = metrics::set_default_local_recorder(recorder);
                for round in 0..ROUNDS {
                    counter!("all", "odd" => (round % 2).to_string()).increment(1);
                    counter!(format!("own{thread}")).increment(1);
                    gauge!("jobs").increment(1.0);
                    histogram!("took").record(0.5);
                    gauge!("jobs").decrement(1.0);
                }
            });
        }
    });
    assert_eq!((rig.recorder.stats().streams, rig.recorder.stats().handles), (11, 12));
    let half = THREADS * ROUNDS / 2;
    let mut expected = vec![format!("all.sum[odd=0] {half}"), format!("all.sum[odd=1] {half}")];
    expected.push("jobs.last[] 0".to_owned());
    expected.extend((0..THREADS).map(|thread| format!("own{thread}.sum[] {ROUNDS}")));
    expected.push(format!("took.count[] {}", 2 * half));
    assert_eq!(rig.rest().await, expected);
}
