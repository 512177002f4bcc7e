//! Shutdown, and what happens without.

use futures::StreamExt;
use metrix::{CoordinatorError, Overflow, SinkOptions, tags};
use metrix_core::ops::DelayExt;

use super::*;

#[tokio::test(start_paused = true)]
async fn shutdown_gives_out_the_open_windows_and_closes_the_sinks() {
    let (sink, kept) = good();
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("w").window(secs(60)).aggs(["sum", "count"]))
        .stream(MStream::builder("b").batch(size(100)).agg("max"))
        .sink("kept", sink)
        .start()
        .unwrap();
    for value in 1..=3 {
        coordinator.send("w", f64::from(value)).unwrap();
        coordinator.send_with("b", f64::from(value), tags! { "t" => value % 2 }).unwrap();
    }
    let start = Instant::now();
    let report = coordinator.shutdown(secs(60)).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    let mut given: Vec<_> = kept.written().iter().map(|e| (e.name.to_string(), e.value)).collect();
    given.sort_by(|a, b| a.partial_cmp(b).unwrap());
    let expected = [("b.max", 2.0), ("b.max", 3.0), ("w.count", 3.0), ("w.sum", 6.0)];
    assert_eq!(given, expected.map(|(name, value)| (name.to_owned(), value)));
    assert!(kept.closes() == 1 && report.is_complete());
    assert_eq!(
        report.to_string(),
        "stream \"b\": 3 in, 2 out\nstream \"w\": 3 in, 2 out\nsink \"kept\": 4 delivered\n"
    );
}

#[tokio::test(start_paused = true)]
async fn after_it_everything_is_refused_and_a_second_one_tells_the_same() {
    let (coordinator, kept) = simple();
    let sender = coordinator.stream("n").unwrap();
    sender.send(1.0);
    let report = coordinator.shutdown(secs(10)).await;
    assert_eq!(coordinator.shutdown(secs(10)).await, report);
    assert_eq!(report.sinks["kept"].delivered, 1);
    assert_eq!(coordinator.send("n", 2.0), Err(CoordinatorError::ShutDown));
    assert!(sender.try_send(2.0).is_err());
    assert_eq!(coordinator.add_stream(each("m")).unwrap_err(), CoordinatorError::ShutDown);
    let (sink, _) = good();
    assert_eq!(coordinator.add_sink("s", sink, SinkOptions::default()), Err(CoordinatorError::ShutDown));
    assert_eq!(coordinator.remove_stream("n").await, Err(CoordinatorError::ShutDown));
    assert_eq!(coordinator.remove_sink("kept").await, Err(CoordinatorError::ShutDown));
    assert_eq!((coordinator.stats().streams["n"].closed, values(&kept)), (1, vec![1.0]));
}

#[tokio::test(start_paused = true)]
async fn at_the_deadline_all_that_is_left_is_counted() {
    let (hangs, _) = always(Act::Hang);
    let options = SinkOptions::default().queue(size(3)).overflow(Overflow::Block).max_batch(size(2));
    let coordinator = MCoordinator::builder().stream(each("n")).sink_with("hangs", hangs, options).start().unwrap();
    (0..5000).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
    settle().await;
    let start = Instant::now();
    let report = coordinator.shutdown(secs(7)).await;
    assert_eq!(start.elapsed(), secs(7));
    let (stream, sink) = (&report.streams["n"], &report.sinks["hangs"]);
    assert_eq!((stream.accepted, stream.emitted), (5000, 5000));
    assert_eq!((sink.accepted, sink.undelivered, sink.queued, sink.delivered), (5000, 5000, 0, 0));
    assert_eq!(
        report.to_string(),
        "stream \"n\": 5000 in, 5000 out\nsink \"hangs\": 0 delivered, 5000 undelivered, not closed\n"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_panicked_makes_the_end_incomplete() {
    let (sink, kept) = good();
    let fragile = |elements: MStream| elements.inspect(|element| assert!(element.value != 2.0, "no twos"));
    let coordinator = MCoordinator::builder()
        .stream_through(each("n"), fragile)
        .stream(each("m"))
        .sink("kept", sink)
        .start()
        .unwrap();
    for value in [1.0, 2.0, 3.0] {
        coordinator.send("n", value).unwrap();
        coordinator.send("m", value).unwrap();
        settle().await;
    }
    let report = coordinator.shutdown(secs(1)).await;
    assert_eq!(report.panicked, ["n".into()].into());
    assert_eq!((report.sinks["kept"].delivered, report.sinks["kept"].accepted, values(&kept).len()), (4, 4, 4));
    assert!(!report.is_complete());
    let expected = "stream \"m\": 3 in, 3 out\nstream \"n\": 2 in, 2 out, 1 refused when closed, its task panicked\n";
    assert_eq!(report.to_string(), format!("{expected}sink \"kept\": 4 delivered\n"));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_holds_something_at_the_deadline_is_cut_off_and_named() {
    let (sink, kept) = good();
    let late = |elements: MStream| elements.delay(secs(3600), size(10));
    let coordinator = MCoordinator::builder().stream_through(each("n"), late).sink("kept", sink).start().unwrap();
    assert!(coordinator.graph().dot().contains(r#""n.flatten" -> "n.through""#));
    coordinator.send("n", 1.0).unwrap();
    let report = coordinator.shutdown(secs(10)).await;
    assert_eq!(
        (report.cut_off.iter().map(|name| &**name).collect::<Vec<_>>(), report.is_complete()),
        (vec!["n"], false)
    );
    assert_eq!(
        report.to_string(),
        "stream \"n\": 1 in, 1 out, cut off in its pipeline\nsink \"kept\": 0 delivered, not closed\n"
    );
    tokio::time::sleep(secs(7200)).await;
    assert_eq!(values(&kept), [0.0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_that_nobody_waits_for_goes_on() {
    let (sink, kept) = acting([Act::Slow(secs(30))]);
    let coordinator = MCoordinator::builder().stream(each("n")).sink("slow", sink).start().unwrap();
    coordinator.send("n", 1.0).unwrap();
    assert!(tokio::time::timeout(secs(1), coordinator.shutdown(secs(60))).await.is_err());
    drop(coordinator);
    sleep(secs(60)).await;
    assert_eq!((values(&kept), kept.closes()), (vec![1.0], 1));
}

#[tokio::test(start_paused = true)]
async fn dropped_without_a_shutdown_it_delivers_as_long_as_the_runtime_lasts() {
    let (sink, kept) = acting([Act::Slow(secs(30))]);
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("w").window(secs(600)).agg("sum"))
        .stream(each("n"))
        .sink("slow", sink)
        .start()
        .unwrap();
    coordinator.send("n", 1.0).unwrap();
    settle().await;
    coordinator.send("w", 2.0).unwrap();
    let sender = coordinator.stream("w").unwrap();
    drop(coordinator);
    settle().await;
    assert!(sender.try_send(3.0).is_err());
    sleep(secs(60)).await;
    assert_eq!((values(&kept), kept.closes()), (vec![1.0, 2.0], 1));
}

#[test]
fn dropped_after_its_runtime_it_does_no_harm() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (coordinator, kept) = runtime.block_on(async { simple() });
    coordinator.send("n", 1.0).unwrap();
    drop(runtime);
    assert_eq!(coordinator.stats().streams["n"].accepted, 1);
    drop(coordinator);
    assert!(values(&kept).is_empty());
}

#[test]
fn it_can_be_shut_down_from_a_thread_without_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let (coordinator, kept) = runtime.block_on(async { simple() });
    coordinator.add_stream(each("m")).unwrap().send(1.0);
    let report = futures::executor::block_on(coordinator.shutdown(Duration::MAX));
    assert!(report.is_complete());
    assert_eq!(values(&kept), [1.0]);
}

#[test]
fn a_shutdown_after_its_runtime_is_not_complete() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (sink, _) = good();
    let builder = MCoordinator::builder().stream(MStream::builder("w").window(secs(60)).agg("sum")).sink("kept", sink);
    let coordinator = runtime().block_on(async { builder.start().unwrap() });
    coordinator.send("w", 1.0).unwrap();
    let report = runtime().block_on(coordinator.shutdown(secs(10)));
    assert!(report.runtime_gone && !report.is_complete(), "{report}");
    assert!(report.to_string().ends_with("\nthe runtime was gone before the end: what the streams held is lost\n"));
    assert_eq!(coordinator.send("w", 2.0), Err(CoordinatorError::ShutDown));
    assert_eq!(runtime().block_on(coordinator.shutdown(secs(10))), report);
}

#[test]
fn a_runtime_that_goes_after_the_shutdown_changes_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (coordinator, kept) = runtime.block_on(async { simple() });
    coordinator.send("n", 1.0).unwrap();
    let report = runtime.block_on(coordinator.shutdown(secs(10)));
    drop(runtime);
    assert_eq!(futures::executor::block_on(coordinator.shutdown(secs(10))), report);
    assert!(report.is_complete() && values(&kept) == [1.0]);
}

#[test]
fn a_runtime_that_goes_during_the_shutdown_is_told_of() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let (hangs, _) = always(Act::Hang);
    let builder = MCoordinator::builder().stream(each("n")).sink("hangs", hangs);
    let coordinator = runtime.block_on(async { builder.start().unwrap() });
    coordinator.send("n", 1.0).unwrap();
    let mut shutdown = Box::pin(coordinator.shutdown(secs(1000)));
    runtime.block_on(async {
        assert!(futures::poll!(&mut shutdown).is_pending());
        // The task that winds up begins, and waits for the sink.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    });
    drop(runtime);
    let report = futures::executor::block_on(shutdown);
    assert!(report.runtime_gone && !report.is_complete());
    assert_eq!(report.sinks["hangs"].undelivered, 1);
}
