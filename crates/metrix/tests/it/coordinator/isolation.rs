//! A sink that is slow, fails, hangs or panics holds up nobody else.

use metrix::{Overflow, Retry, SendError, SinkOptions};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_good_sink_gets_everything_at_once_whatever_the_others_do() {
    let start = Instant::now();
    let (good, kept) = good();
    let bad = |then| always(then).0;
    let forever = SinkOptions::default().retry(Retry::forever());
    let coordinator = MCoordinator::builder()
        .stream(each("n"))
        .sink_with("a fails", bad(Act::Fail), forever.clone())
        .sink_with("b hangs", bad(Act::Hang), forever.clone())
        .sink_with("c panics", bad(Act::Panic), forever.clone())
        .sink_with("d is slow", bad(Act::Slow(secs(100))), forever)
        .sink("z is good", good)
        .start()
        .unwrap();
    for second in 0..60 {
        coordinator.send("n", f64::from(second)).unwrap();
        sleep(secs(1)).await;
    }
    let expected: Vec<f64> = (0..60).map(f64::from).collect();
    assert_eq!((values(&kept), seconds(&kept, start)), (expected.clone(), expected));
    let stats = coordinator.stats();
    for (name, sink) in &stats.sinks {
        assert_eq!(sink.delivered, if &**name == "z is good" { 60 } else { 0 }, "{name}");
    }
    assert!(stats.sinks["a fails"].errors > 1 && stats.sinks["c panics"].panics > 1, "{stats}");
    assert_eq!(stats.sinks["b hangs"].timeouts, 1, "{stats}");
    let report = coordinator.shutdown(secs(5)).await;
    assert_eq!(start.elapsed(), secs(60 + 5));
    assert_eq!(report.sinks["b hangs"].undelivered, 60);
    assert_eq!(kept.closes(), 1);
}

#[tokio::test(start_paused = true)]
async fn with_default_options_a_sink_that_hangs_stops_no_other() {
    let (good, kept) = good();
    let coordinator = MCoordinator::builder()
        .stream(each("n"))
        .sink("hangs", always(Act::Hang).0)
        .sink("good", good)
        .start()
        .unwrap();
    // More than the queue of the one that hangs has room for.
    for value in 0..130_000 {
        coordinator.send("n", f64::from(value)).unwrap();
        if value % 5000 == 4999 {
            settle().await;
        }
    }
    assert_eq!(values(&kept), (0..130_000).map(f64::from).collect::<Vec<_>>());
    let stats = coordinator.stats();
    assert_eq!((stats.streams["n"].refused(), stats.sinks["good"].dropped()), (0, 0));
    let hangs = &stats.sinks["hangs"];
    assert_eq!((hangs.accepted, hangs.queued), (130_000, hangs.accepted - hangs.overflowed));
    assert!((100_000..=101_000).contains(&hangs.queued), "{stats}");
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_window_of_many_series_overflows_no_default_queue_of_a_sink_that_is_well() {
    // The second is more than a queue holds: the sink's task has to come in between.
    for series in [30_000, 60_000] {
        let (sink, kept) = good();
        let coordinator = MCoordinator::builder()
            .stream(MStream::builder("w").window(secs(10)).aggs(["sum", "count", "max"]))
            .sink("good", sink)
            .start()
            .unwrap();
        let sender = coordinator.stream("w").unwrap();
        for user in 0..series {
            sender.send_with(1.0, metrix::tags! { "user" => user });
        }
        sleep(secs(11)).await;
        let stats = coordinator.stats().sinks["good"];
        assert_eq!((stats.delivered, stats.dropped(), stats.queued), (3 * series, 0, 0), "{stats:?}");
        assert!(values(&kept).iter().all(|value| *value == 1.0));
        coordinator.shutdown(secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_that_drops_holds_up_nothing() {
    for overflow in [Overflow::DropOldest, Overflow::DropNewest] {
        let (good, kept) = good();
        let (hangs, _) = always(Act::Hang);
        let options = SinkOptions::default().queue(size(3)).overflow(overflow).write_timeout(Duration::ZERO);
        let coordinator = MCoordinator::builder()
            .stream(each("n"))
            .sink_with("hangs", hangs, options)
            .sink("good", good)
            .start()
            .unwrap();
        for value in 0..1000 {
            coordinator.send("n", f64::from(value)).unwrap();
            settle().await;
        }
        assert_eq!(values(&kept).len(), 1000);
        let report = coordinator.shutdown(secs(5)).await;
        let hangs = &report.sinks["hangs"];
        assert_eq!((hangs.overflowed, hangs.undelivered, report.streams["n"].refused()), (996, 4, 0), "{overflow:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_that_blocks_holds_up_its_streams_and_then_sends_are_refused() {
    let (good, kept) = good();
    let (hangs, hung) = acting([Act::Slow(secs(100))]);
    let options = SinkOptions::default().queue(size(3)).overflow(Overflow::Block).write_timeout(Duration::ZERO);
    let coordinator = MCoordinator::builder()
        .stream(each("n").queue(size(5)))
        .sink_with("a hangs", hangs, options)
        .sink("z is good", good)
        .start()
        .unwrap();
    let sender = coordinator.stream("n").unwrap();
    let mut refused = 0;
    for value in 0..20 {
        match sender.try_send(f64::from(value)) {
            Ok(()) => {}
            Err(SendError::Full { .. }) => refused += 1,
            Err(error) => panic!("{error}"),
        }
        settle().await;
    }
    // One is being written, three wait, one is in the stream's hands and five in its queue.
    assert_eq!(refused, 10);
    // The good one has got even that for which the other had no room.
    assert_eq!(values(&kept), [0.0, 1.0, 2.0, 3.0, 4.0]);
    let report = coordinator.shutdown(secs(1000)).await;
    assert!(report.is_complete(), "{report}");
    assert_eq!((values(&kept).len(), values(&hung)), (10, values(&kept)));
    assert_eq!(report.streams["n"].full, 10);
}

#[tokio::test(start_paused = true)]
async fn sinks_that_make_a_stream_wait_do_not_wait_for_each_other() {
    let (hangs, _) = always(Act::Hang);
    let (slow, kept) = always(Act::Slow(secs(1)));
    let one = SinkOptions::default()
        .queue(size(1))
        .overflow(Overflow::Block)
        .max_batch(size(1))
        .write_timeout(Duration::ZERO);
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("n").batch(size(10)).aggs((0..10).map(|agg| (format!("{agg}"), "sum"))))
        .sink_with("a hangs", hangs, one.clone())
        .sink_with("b is slow", slow, one)
        .start()
        .unwrap();
    (0..10).for_each(|_| coordinator.send("n", 1.0).unwrap());
    sleep(secs(60)).await;
    // All ten have come from one batch, so the stream had them in hand when the first sink was full.
    assert_eq!(values(&kept), [10.0; 10]);
    coordinator.shutdown(secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_has_much_to_give_lets_others_run() {
    const MANY: usize = 300_000;
    let (sink, _) = good();
    let coordinator = MCoordinator::builder()
        .stream(each("n").queue(size(MANY)))
        .sink_with("kept", sink, SinkOptions::default().queue(size(MANY)))
        .start()
        .unwrap();
    (0..MANY).for_each(|_| coordinator.send("n", 1.0).unwrap());
    tokio::task::yield_now().await;
    let given = coordinator.stats().streams["n"].emitted;
    assert!(0 < given && given < MANY as u64, "{given}");
    assert!(coordinator.shutdown(secs(10)).await.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_failing_sink_gets_all_in_order_in_the_end() {
    let acts = (0..300).map(|write| if write % 3 == 0 { Act::Fail } else { Act::Slow(Duration::ZERO) });
    let (sink, kept) = acting(acts);
    let options = SinkOptions::default().max_batch(size(7)).queue(size(20)).overflow(Overflow::Block);
    let coordinator =
        MCoordinator::builder().stream(each("n")).stream(each("m")).sink_with("fails", sink, options).start().unwrap();
    for value in 0..1000 {
        coordinator.send(["n", "m"][value % 2], value as f64).unwrap();
    }
    let report = coordinator.shutdown(secs(10_000)).await;
    assert!(report.is_complete() && report.sinks["fails"].errors > 50, "{report}");
    for name in ["n.sum", "m.sum"] {
        let elements = kept.written();
        let values: Vec<f64> =
            elements.iter().filter(|element| &*element.name == name).map(|element| element.value).collect();
        let first = if name == "n.sum" { 0 } else { 1 };
        let expected: Vec<f64> = (0..500).map(|place| f64::from(2 * place + first)).collect();
        assert_eq!(values, expected);
    }
}
