//! Streams and sinks that come and go, and which elements go where.

use metrix::{Overflow, Retry, SinkOptions, Windows, tags};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_sink_that_is_added_gets_elements_from_then_on() {
    let (coordinator, first) = simple();
    coordinator.send("n", 1.0).unwrap();
    settle().await;
    let (sink, second) = good();
    coordinator.add_sink("second", sink, SinkOptions::default()).unwrap();
    coordinator.send("n", 2.0).unwrap();
    settle().await;
    let stats = coordinator.remove_sink("kept").await.unwrap();
    assert_eq!((stats.delivered, stats.accepted, first.closes()), (2, 2, 1));
    coordinator.send("n", 3.0).unwrap();
    let report = coordinator.shutdown(secs(10)).await;
    assert_eq!((values(&first), values(&second)), (vec![1.0, 2.0], vec![2.0, 3.0]));
    assert_eq!(report.sinks.keys().map(|name| &**name).collect::<Vec<_>>(), ["second"]);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_is_removed_delivers_what_waits_for_it() {
    let (sink, kept) = always(Act::Slow(secs(1)));
    let options = SinkOptions::default().max_batch(size(1)).queue(size(2)).overflow(Overflow::Block);
    let coordinator = MCoordinator::builder().stream(each("n")).sink_with("slow", sink, options).start().unwrap();
    (0..10).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
    settle().await;
    let stats = coordinator.remove_sink("slow").await.unwrap();
    assert_eq!((stats.delivered, stats.accepted, values(&kept).len()), (10, 10, 10));
    assert_eq!(kept.closes(), 1);
    // Another may have its name.
    let (sink, again) = good();
    coordinator.add_sink("slow", sink, SinkOptions::default()).unwrap();
    coordinator.send("n", 10.0).unwrap();
    coordinator.shutdown(secs(10)).await;
    assert_eq!(values(&again), [10.0]);
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_nobody_waits_for_goes_on() {
    let (sink, kept) = acting([Act::Slow(secs(60))]);
    let coordinator = MCoordinator::builder().stream(each("n")).sink("slow", sink).start().unwrap();
    coordinator.send("n", 1.0).unwrap();
    settle().await;
    assert!(tokio::time::timeout(secs(1), coordinator.remove_sink("slow")).await.is_err());
    assert!(coordinator.stats().sinks.is_empty());
    sleep(secs(60)).await;
    assert_eq!((values(&kept), kept.closes()), (vec![1.0], 1));
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_removed_gives_its_last_window() {
    let (coordinator, kept) = simple();
    let words = coordinator.add_stream(MStream::builder("words").window(secs(60)).agg("sum")).unwrap();
    words.send(5.0);
    coordinator.send_with("words", 7.0, tags! { "a" => 1 }).unwrap();
    let stats = coordinator.remove_stream("words").await.unwrap();
    assert_eq!((stats.accepted, stats.emitted), (2, 2));
    settle().await;
    assert_eq!(values(&kept), [5.0, 7.0]);
    assert!(words.try_send(1.0).is_err());
    assert!(coordinator.send("words", 1.0).is_err());
    // Another may have its name.
    coordinator.add_stream(each("words")).unwrap().send(9.0);
    let report = coordinator.shutdown(secs(10)).await;
    assert_eq!(values(&kept), [5.0, 7.0, 9.0]);
    assert!(report.is_complete(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_removal_nobody_waits_for_is_waited_for_at_the_end() {
    let (sink, kept) = always(Act::Slow(secs(1)));
    let options = SinkOptions::default().max_batch(size(1)).queue(size(1)).overflow(Overflow::Block);
    let coordinator = MCoordinator::builder().stream(each("n")).sink_with("slow", sink, options).start().unwrap();
    (0..10).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
    assert!(tokio::time::timeout(secs(1), coordinator.remove_stream("n")).await.is_err());
    let report = coordinator.shutdown(secs(100)).await;
    assert!(report.is_complete(), "{report}");
    assert_eq!(values(&kept).len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_is_taken_out_holds_up_nobody() {
    let (good, kept) = good();
    let (hangs, _) = always(Act::Hang);
    let options = SinkOptions::default().queue(size(1)).overflow(Overflow::Block).retry(Retry::forever());
    let builder = MCoordinator::builder().stream(each("n")).stream(each("m"));
    let coordinator = builder.sink("good", good).sink_with("hangs", hangs, options).start().unwrap();
    for value in 0..6 {
        coordinator.send(["n", "m"][value % 2], value as f64).unwrap();
        settle().await;
    }
    assert!(values(&kept).len() < 6, "nothing waits for the sink that hangs");
    assert!(tokio::time::timeout(secs(1), coordinator.remove_sink("hangs")).await.is_err());
    assert_eq!(values(&kept).len(), 6);
    let report = coordinator.shutdown(secs(1)).await;
    assert_eq!((report.streams["n"].emitted, report.streams["m"].emitted, report.is_complete()), (3, 3, true));
}

#[tokio::test(start_paused = true)]
async fn sinks_get_what_they_accept() {
    let (all, kept_all) = good();
    let (some, kept_some) = good();
    let coordinator = MCoordinator::builder()
        .stream(each("a"))
        .stream(each("b"))
        .sink("all", all)
        .sink_with("some", some, SinkOptions::default().accept(|element| &*element.name == "b.sum"))
        .start()
        .unwrap();
    for value in 0..4 {
        coordinator.send(["a", "b"][value % 2], value as f64).unwrap();
        settle().await;
    }
    let report = coordinator.shutdown(secs(10)).await;
    assert_eq!((values(&kept_all), values(&kept_some)), (vec![0.0, 1.0, 2.0, 3.0], vec![1.0, 3.0]));
    assert_eq!(report.sinks["some"].accepted, 2);
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_is_for_all_sinks_that_have_none_of_their_own() {
    let start = Instant::now();
    let (all, by_the_rate) = good();
    let (own, by_its_own) = good();
    let (free, unlimited) = good();
    let coordinator = MCoordinator::builder()
        .rate_limit(secs(2))
        .stream(each("n"))
        .sink("all", all)
        .sink_with("own", own, SinkOptions::default().rate_limit(secs(5)))
        .sink_with("free", free, SinkOptions::default().rate_limit(Duration::ZERO))
        .start()
        .unwrap();
    (0..3).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
    let report = coordinator.shutdown(secs(60)).await;
    assert_eq!(seconds(&by_the_rate, start), [0.0, 2.0, 4.0]);
    assert_eq!(seconds(&by_its_own, start), [0.0, 5.0, 10.0]);
    assert_eq!(seconds(&unlimited, start), [0.0, 0.0, 0.0]);
    assert!(report.is_complete());
}

#[tokio::test(start_paused = true)]
async fn without_a_sink_elements_are_counted() {
    let coordinator = MCoordinator::builder().stream(each("n")).start().unwrap();
    (0..3).for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
    settle().await;
    let report = coordinator.stats();
    assert_eq!((report.nowhere, report.is_complete()), (3, false));
    assert!(report.to_string().ends_with("3 dropped because there was no sink\n"), "{report}");
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_graph_has_all_streams_stages_and_sinks() {
    let (sink, _) = good();
    let (display, _) = good();
    let options = SinkOptions::default().queue(size(10)).overflow(Overflow::DropOldest);
    let coordinator = MCoordinator::builder()
        .stream(each("a"))
        .stream(MStream::builder("b").window(secs(5)).agg("mean"))
        .sink("kept", sink)
        .sink_with("display", display, options)
        .start()
        .unwrap();
    let dot = coordinator.graph().dot();
    for part in ["a.batch", "b.window", "timed_window(5s)", "queue of 10, drops the oldest", "queue of 10000"] {
        assert!(dot.contains(part), "{part} is missing in {dot}");
    }
    for from in ["a.flatten", "b.flatten"] {
        for to in ["sink kept", "sink display"] {
            assert!(dot.contains(&format!("{from:?} -> {to:?};")), "{from} does not lead to {to} in {dot}");
        }
    }
    assert!(coordinator.graph().mermaid().contains("queue of 10, drops the oldest"));
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn the_graph_tells_of_filters_event_time_and_own_metrics() {
    let windows = Windows::every(secs(10)).event_time(secs(2));
    let some = SinkOptions::default().accept(|element| element.value > 1.0).overflow(Overflow::Block);
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("w").window(windows).agg("sum"))
        .sink("all", good().0)
        .sink_with("some", good().0, some)
        .own_metrics(secs(60))
        .start()
        .unwrap();
    let mermaid = coordinator.graph().mermaid();
    for part in [
        r#"("w.window<br>timed_window(10s), event time, lateness 2s")"#,
        r#"subgraph stream1 ["metrix"]"#,
        r#"s1_0("metrix.own<br>own metrics every 60s")"#,
        "s1_0 --> sink0",
        r#"("all<br>queue of 100000, drops the oldest")"#,
        r#"("some<br>queue of 100000, blocks, accepts some")"#,
    ] {
        assert!(mermaid.contains(part), "{mermaid}");
    }
    coordinator.shutdown(secs(1)).await;
}
