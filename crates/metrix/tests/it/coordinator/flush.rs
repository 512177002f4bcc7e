//! Waiting until all that the streams have given is settled.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use metrix::{Jitter, Overflow, Retry, SinkOptions};
use metrix_core::prelude::*;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};
use tokio::time::timeout;

use super::*;

/// One element a write, and a second between two tries.
fn slow() -> SinkOptions {
    let retry = Retry::default().attempts(size(3)).first(secs(1)).max(secs(1)).jitter(Jitter::None);
    SinkOptions::default().max_batch(size(1)).retry(retry)
}

fn of(streams: impl IntoIterator<Item = MStreamBuilder>, sink: Scripted, options: SinkOptions) -> MCoordinator {
    let builder = streams.into_iter().fold(MCoordinator::builder(), |builder, stream| builder.stream(stream));
    builder.sink_with("sink", sink, options).start().unwrap()
}

fn send(coordinator: &MCoordinator, values: impl IntoIterator<Item = i32>) {
    values.into_iter().for_each(|value| coordinator.send("n", f64::from(value)).unwrap());
}

/// What was written before the last flush of the sink began.
fn flushed(recorded: &Recorded) -> usize {
    let events = recorded.events();
    let last = events.iter().rposition(|event| matches!(event, Event::Flush { .. })).unwrap_or(0);
    let size = |event: &Event| if let Event::Write { batch, .. } = event { batch.len() } else { 0 };
    events[..last].iter().map(size).sum()
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_what_is_there_and_for_nothing_else() {
    let (sink, kept) = acting([Act::Slow(secs(1)); 10]);
    let coordinator = of([each("n"), MStream::builder("open").window(secs(60)).agg("sum")], sink, slow());
    let begun = Instant::now();
    assert!(coordinator.flush().await.is_complete());
    assert_eq!((begun.elapsed(), kept.flushes()), (secs(0), 0));
    send(&coordinator, 1..=3);
    coordinator.send("open", 1.0).unwrap();
    settle().await;
    let begun = Instant::now();
    let mut flush = Box::pin(coordinator.flush());
    assert!((&mut flush).now_or_never().is_none());
    send(&coordinator, 4..=8);
    assert!(flush.await.is_complete());
    assert_eq!((begun.elapsed().as_secs(), values(&kept), flushed(&kept)), (2, vec![1.0, 2.0, 3.0], 3));
    assert!(coordinator.flush().await.is_complete());
    assert_eq!((begun.elapsed().as_secs(), flushed(&kept)), (7, 8));
    let flushes = kept.flushes();
    assert!(coordinator.flush().await.is_complete());
    assert_eq!(kept.flushes(), flushes, "it has nothing that it wasn't flushed after");
}

#[tokio::test(start_paused = true)]
async fn it_waits_for_what_has_not_left_the_stream() {
    let (sink, kept) = acting([Act::Slow(secs(1)); 20]);
    let coordinator = of([each("n")], sink, slow().queue(size(2)).overflow(Overflow::Block));
    send(&coordinator, 0..10);
    let begun = Instant::now();
    assert!(coordinator.flush().await.is_complete());
    assert_eq!((begun.elapsed(), flushed(&kept)), (secs(10), 10));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_always_has_more_holds_it_up_for_no_longer() {
    let (sink, kept) = always(Act::Slow(Duration::from_millis(1)));
    let coordinator = MCoordinator::builder()
        .stream_through(each("n"), |elements| elements.map(|element| element))
        .sink_with("sink", sink, SinkOptions::default().max_batch(size(10)).queue(size(10)).overflow(Overflow::Block))
        .start()
        .unwrap();
    let sender = coordinator.stream("n").unwrap();
    let busy = async {
        loop {
            sender.send_async(1.0).await.unwrap();
        }
    };
    let flushes = async {
        settle().await;
        for _ in 0..3 {
            let given = sender.stats().emitted + sender.waiting();
            assert!(coordinator.flush().await.is_complete());
            assert!(flushed(&kept) as u64 >= given);
            assert!(sender.waiting() > 0);
        }
    };
    tokio::select! {
        () = busy => unreachable!("it never ends"),
        flushed = timeout(secs(1000), flushes) => flushed.unwrap(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_sink_and_who_asks_every_second_keep_nobody_waiting_for_more() {
    let (sink, _kept) = always(Act::Slow(secs(3)));
    let coordinator = Arc::new(of([each("n")], sink, slow()));
    let begun = Instant::now();
    let mut waiting = Vec::new();
    for sent in 1..=30_u64 {
        send(&coordinator, [0]);
        settle().await;
        let coordinator = Arc::clone(&coordinator);
        waiting.push(tokio::spawn(async move {
            assert!(coordinator.flush().await.is_complete());
            (sent, begun.elapsed())
        }));
        tokio::time::sleep(secs(1)).await;
    }
    for (sent, took) in join_all(waiting).await.into_iter().map(Result::unwrap) {
        assert!(took <= secs(3 * sent + 1), "{sent} elements after {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_was_removed_and_is_over_is_none_of_those_that_are_flushed() {
    let (bad, _kept) = always(Act::Fail);
    let coordinator = of([each("n")], acting([]).0, slow());
    coordinator.add_sink("bad", bad, slow()).unwrap();
    send(&coordinator, 0..3);
    settle().await;
    let _ended = coordinator.remove_sink("bad").await;
    let flushed = coordinator.flush().await;
    assert_eq!(flushed.unflushed, Vec::<Arc<str>>::new());
    assert!(flushed.is_complete(), "{flushed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_try_settles_nothing_and_a_refusal_does() {
    let (sink, kept) = acting([Act::Fail, Act::Fail, Act::Write, Act::Refuse, Act::Panic]);
    let coordinator = of([each("n")], sink, slow());
    send(&coordinator, 1..=4);
    let begun = Instant::now();
    assert!(coordinator.flush().await.is_complete());
    assert_eq!((begun.elapsed(), values(&kept)), (secs(3), vec![1.0, 3.0, 4.0]));
    assert_eq!(coordinator.stats().sinks["sink"].refused, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_meanwhile_is_told() {
    let (sink, kept) = acting([Act::Slow(secs(5)), Act::Fail, Act::Fail, Act::Fail]);
    let coordinator = of([each("n")], sink, slow().queue(size(2)));
    send(&coordinator, [1]);
    settle().await;
    send(&coordinator, 2..=3);
    settle().await;
    let begun = Instant::now();
    let mut flush = Box::pin(coordinator.flush());
    assert!((&mut flush).now_or_never().is_none());
    // These drop those that are waited for; the one that is being written is waited for even so.
    send(&coordinator, 4..=5);
    settle().await;
    let ended = flush.await;
    assert_eq!((ended.dropped, ended.undelivered), (2, 0));
    assert_eq!((ended.unflushed.len(), begun.elapsed().as_secs()), (0, 4));
    assert_eq!(values(&kept), [1.0]);
    let ended = coordinator.flush().await;
    assert_eq!((ended.lost(), values(&kept)), (1, vec![1.0, 5.0]), "no try has written 4");
    assert!(coordinator.flush().await.is_complete());
}

#[tokio::test(start_paused = true)]
async fn without_a_sink_all_is_lost() {
    let coordinator = MCoordinator::builder().stream(each("n")).start().unwrap();
    send(&coordinator, 1..=3);
    assert_eq!(coordinator.flush().await.lost(), 3);
    assert!(coordinator.flush().await.is_complete());
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_can_not_be_flushed_is_named() {
    let sink = Scripted::new([]).on_flush(Act::Refuse);
    let kept = sink.recorded();
    let coordinator = of([each("n")], sink, slow());
    send(&coordinator, 1..=3);
    for flushes in 1..=3 {
        let ended = coordinator.flush().await;
        assert_eq!((ended.lost(), &ended.unflushed[..]), (0, &["sink".into()][..]));
        assert!(!ended.is_complete());
        assert!(kept.flushes() >= flushes, "each time it is tried");
    }
    let sink = Scripted::new([]).on_flush(Act::Fail);
    let kept = sink.recorded();
    let coordinator = of([each("n")], sink, slow());
    send(&coordinator, 1..=3);
    assert_eq!(coordinator.flush().await.unflushed.len(), 1);
    assert!(kept.flushes() >= 3, "as often as there are tries");
}

#[tokio::test(start_paused = true)]
async fn many_cost_no_more_than_one() {
    let (sink, kept) = acting([Act::Slow(secs(1)); 2]);
    let coordinator = of([each("n")], sink, slow());
    send(&coordinator, 1..=2);
    let all = join_all((0..1000).map(|_| coordinator.flush())).await;
    assert!(all.iter().all(|ended| ended.is_complete()));
    assert_eq!((flushed(&kept), kept.flushes()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_keeps_nothing_back_is_waited_through() {
    let (sink, kept) = good();
    let some = |elements: MStream| elements.filter(|element| element.value > 1500.0);
    let coordinator = MCoordinator::builder().stream_through(each("n"), some).sink("sink", sink).start().unwrap();
    send(&coordinator, 1..=1500);
    assert!(coordinator.flush().await.is_complete(), "nothing comes out of it");
    assert_eq!(kept.writes(), 0);
    send(&coordinator, 1..=3000);
    assert!(coordinator.flush().await.is_complete());
    assert_eq!(flushed(&kept), 1500);
    // Of each element a thousand are made, which are more than go at once.
    let (sink, kept) = good();
    let many = |elements: MStream| elements.map(|element| vec![element; 1000]).flatten();
    let coordinator = MCoordinator::builder().stream_through(each("n"), many).sink("sink", sink).start().unwrap();
    for round in 1..=5 {
        send(&coordinator, 1..=3);
        assert!(coordinator.flush().await.is_complete());
        assert_eq!(flushed(&kept), 3000 * round);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_takes_ahead_is_waited_through() {
    for ahead in [2, 1000, 1024] {
        let (sink, kept) = good();
        let through = move |elements: MStream| futures::StreamExt::ready_chunks(elements, ahead).flatten();
        let options = SinkOptions::default().max_batch(size(10)).overflow(Overflow::Block);
        let builder = MCoordinator::builder().stream_through(each("n"), through).sink_with("sink", sink, options);
        let coordinator = builder.start().unwrap();
        send(&coordinator, 1..=1500);
        let mut flush = Box::pin(coordinator.flush());
        assert!((&mut flush).now_or_never().is_none());
        send(&coordinator, 1501..=6000);
        assert!(flush.await.is_complete());
        assert!(flushed(&kept) >= 1500, "{} were written, with {ahead} taken ahead", flushed(&kept));
    }
}

#[tokio::test(start_paused = true)]
async fn streams_and_sinks_may_come_and_go_meanwhile() {
    let (sink, kept) = always(Act::Slow(secs(1)));
    let coordinator = of([each("n"), MStream::builder("last").batch(size(10)).agg("sum")], sink, slow());
    send(&coordinator, 1..=3);
    coordinator.send("last", 7.0).unwrap();
    let mut flush = Box::pin(coordinator.flush());
    assert!((&mut flush).now_or_never().is_none());
    coordinator.add_stream(each("new")).unwrap();
    let (hangs, _) = always(Act::Hang);
    coordinator.add_sink("new", hangs, SinkOptions::default().write_timeout(secs(0))).unwrap();
    let (_, removed) = tokio::join!(coordinator.remove_stream("n"), coordinator.remove_sink("sink"));
    // The new sink has got what had not left the stream when it came, and the other nothing.
    assert_eq!(removed.unwrap().accepted, 0);
    assert!(timeout(secs(1000), &mut flush).await.is_err());
    let (ended, report) = tokio::join!(flush, coordinator.shutdown(secs(10)));
    assert_eq!((ended.lost(), report.sinks["new"].undelivered, kept.writes()), (4, 4, 0), "one came at the end");
    assert_eq!(&ended.unflushed[..], &["new".into()][..]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_removed_is_waited_for() {
    let (sink, kept) = always(Act::Slow(secs(1)));
    let coordinator = of([each("n")], sink, slow().queue(size(1)).overflow(Overflow::Block));
    send(&coordinator, 1..=5);
    settle().await;
    assert!(coordinator.remove_stream("n").now_or_never().is_none());
    assert!(coordinator.flush().await.is_complete());
    assert_eq!(flushed(&kept), 5);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_pipeline_loses_what_the_stream_held() {
    let (sink, kept) = good();
    let through = |elements: MStream| elements.inspect(|element| assert!(element.value < 3.0, "for the test"));
    let coordinator = MCoordinator::builder().stream_through(each("n"), through).sink("sink", sink).start().unwrap();
    send(&coordinator, 1..=5);
    let ended = coordinator.flush().await;
    assert_eq!((ended.undelivered, kept.writes()), (5, 0), "those too that were not handed on yet");
    assert_eq!(coordinator.flush().await.undelivered, 5, "they never will be");
    assert!(coordinator.stats().panicked.contains("n"));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_ends_leaves_the_rest_undelivered() {
    let (sink, kept) = good();
    let two = |elements: MStream| futures::StreamExt::take(elements, 2);
    let coordinator = MCoordinator::builder().stream_through(each("n"), two).sink("sink", sink).start().unwrap();
    send(&coordinator, 1..=5);
    assert_eq!((coordinator.flush().await.undelivered, values(&kept)), (3, vec![1.0, 2.0]));
}

#[tokio::test(start_paused = true)]
async fn the_end_ends_it() {
    for act in [Act::Hang, Act::Slow(secs(1)), Act::Fail] {
        let (sink, kept) = always(act);
        let options = slow().queue(size(2)).overflow(Overflow::Block).retry(Retry::forever()).write_timeout(secs(0));
        let coordinator = Arc::new(of([each("n")], sink, options));
        send(&coordinator, 1..=8);
        let flush = tokio::spawn({
            let coordinator = Arc::clone(&coordinator);
            async move { coordinator.flush().await }
        });
        settle().await;
        coordinator.shutdown(secs(4)).await;
        let ended = flush.await.unwrap();
        assert_eq!(ended.lost(), 8 - kept.written().len() as u64, "{act:?}");
        assert!(!ended.is_complete());
        let after = coordinator.flush().await;
        assert_eq!(after.lost(), 0);
    }
}

#[test]
fn it_ends_with_its_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (sink, _) = always(Act::Hang);
    let coordinator = {
        let _in_runtime = runtime.enter();
        of([each("n")], sink, SinkOptions::default())
    };
    send(&coordinator, 1..=8);
    let mut flush = Box::pin(coordinator.flush());
    assert!((&mut flush).now_or_never().is_none());
    drop(runtime);
    let ended = futures::executor::block_on(flush);
    assert_eq!((ended.lost(), ended.unflushed.len()), (8, 1));
}

fn an_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => Just(Act::Write),
        1 => Just(Act::Fail),
        1 => Just(Act::Halfway),
        1 => Just(Act::Refuse),
        1 => Just(Act::RefuseAt(1)),
        1 => Just(Act::Panic),
        1 => (1..3000_u64).prop_map(|millis| Act::Slow(Duration::from_millis(millis))),
    ]
}

fn a_policy() -> impl Strategy<Value = Overflow> {
    prop_oneof![Just(Overflow::Block), Just(Overflow::DropOldest), Just(Overflow::DropNewest)]
}

/// Sinks that do anything, sends and flushes at any time: when a flush is done, each sink has written, refused or lost all that had been
/// sent when it was begun, and was flushed after what it has written of that.
async fn check(sinks: Vec<(Vec<Act>, Overflow)>, steps: Vec<(u64, usize)>) {
    let (mut builder, mut kept) = (MCoordinator::builder().stream(each("n")).stream(each("m")), Vec::new());
    for (number, (acts, overflow)) in sinks.into_iter().enumerate() {
        let (sink, recorded) = acting(acts);
        let options = slow().max_batch(size(3)).queue(size(4)).overflow(overflow);
        builder = builder.sink_with(format!("{number}"), sink, options);
        kept.push(recorded);
    }
    let coordinator = Arc::new(builder.start().unwrap());
    let (mut sent, mut flushes) = (0, Vec::new());
    for (millis, sends) in steps {
        for _ in 0..sends {
            sent += 1;
            coordinator.send(if sent % 3 == 0 { "m" } else { "n" }, f64::from(sent)).unwrap();
        }
        let (coordinator, kept, given) = (Arc::clone(&coordinator), kept.clone(), f64::from(sent));
        flushes.push(tokio::spawn(async move {
            assert!(coordinator.flush().await.unflushed.is_empty());
            let report = coordinator.stats();
            for (recorded, stats) in kept.iter().zip(report.sinks.values()) {
                let written: Vec<f64> = values(recorded).into_iter().filter(|value| *value <= given).collect();
                let gone = stats.refused + stats.dropped();
                assert!(written.len() as u64 + gone >= given as u64, "{stats:?}, {given} given");
                let events = recorded.events();
                let last = events.iter().rposition(|event| matches!(event, Event::Flush { .. }));
                let unflushed = events[last.map_or(0, |last| last + 1)..].iter();
                let begun = unflushed.filter_map(|event| match event {
                    Event::Write { batch, .. } => Some(batch.iter().map(|element| element.value).collect::<Vec<_>>()),
                    _ => None,
                });
                let begun: Vec<f64> = begun.flatten().collect();
                assert!(begun.iter().all(|value| *value > given), "{given} given, {begun:?} written after the flush");
            }
        }));
        sleep(Duration::from_millis(millis)).await;
    }
    for flush in flushes {
        timeout(secs(10_000), flush).await.expect("it hangs").unwrap();
    }
}

proptest! {
    #[test]
    fn what_was_given_is_settled_and_flushed(
        sinks in vec((vec(an_act(), 0..20), a_policy()), 1..4),
        steps in vec((0..1500_u64, 0..12_usize), 1..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(check(sinks, steps));
    }
}
