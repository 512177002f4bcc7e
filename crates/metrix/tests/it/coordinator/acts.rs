//! Whatever a sink does, each element is written once or counted, and the sink is closed once.

use metrix::{Jitter, Retry, SinkOptions, SinkStats};

use super::*;

/// The values that eight elements in batches of four come to at a sink that does these acts, and its account of them.
async fn deliver(acts: &[Act]) -> (Vec<f64>, SinkStats) {
    let (sink, recorded) = acting(acts.iter().copied());
    let retry = Retry::default().attempts(size(3)).first(secs(1)).jitter(Jitter::None);
    let options = SinkOptions::default().max_batch(size(4)).write_timeout(secs(10)).retry(retry);
    let coordinator = MCoordinator::builder()
        .stream(MStream::builder("n").batch(size(8)).agg("sum"))
        .sink_with("s", sink, options)
        .start()
        .unwrap();
    for value in 0..8 {
        coordinator.send_with("n", f64::from(value), metrix::tags! { "value" => value }).unwrap();
    }
    let report = coordinator.shutdown(secs(3600)).await;
    // As often as one likes, and by whomever: it is closed once.
    assert_eq!(coordinator.shutdown(secs(3600)).await, report);
    drop(coordinator);
    settle().await;
    assert_eq!(recorded.closes(), 1, "{acts:?}");
    let stats = report.sinks["s"];
    assert_eq!(stats.accepted, 8, "{acts:?}");
    assert_eq!(stats.delivered + stats.abandoned + stats.refused, 8, "{acts:?}: {stats:?}");
    assert_eq!(stats.delivered, recorded.written().len() as u64, "{acts:?}: {stats:?}");
    (values(&recorded), stats)
}

/// What was written, and how many elements were tried again, refused and given up.
#[track_caller]
fn check((written, stats): (Vec<f64>, SinkStats), expected: impl IntoIterator<Item = i32>, counts: (u64, u64, u64)) {
    assert_eq!(written, expected.into_iter().map(f64::from).collect::<Vec<_>>());
    assert_eq!((stats.retried, stats.refused, stats.abandoned), counts, "{stats:?}");
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_tried_again_in_its_place() {
    check(deliver(&[]).await, 0..8, (0, 0, 0));
    check(deliver(&[Act::Fail]).await, 0..8, (4, 0, 0));
    check(deliver(&[Act::Halfway]).await, 0..8, (2, 0, 0));
    check(deliver(&[Act::Halfway, Act::Halfway, Act::Halfway]).await, (0..3).chain(4..8), (2 + 1, 0, 1));
    check(deliver(&[Act::Write, Act::Halfway, Act::Fail]).await, 0..8, (2 + 2, 0, 0));
    check(deliver(&[Act::Panic, Act::Hang]).await, 0..8, (4 + 4, 0, 0));
    check(deliver(&[Act::Halfway, Act::Panic, Act::Fail]).await, [0, 1, 4, 5, 6, 7], (2 + 2, 0, 2));
    check(deliver(&[Act::Fail; 3]).await, 4..8, (8, 0, 4));
    check(deliver(&[Act::Fail; 6]).await, [], (16, 0, 8));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_left_out_and_nothing_beside_it() {
    check(deliver(&[Act::Refuse]).await, 4..8, (0, 4, 0));
    for position in 0..4 {
        let others = (0..8).filter(|value| *value != position);
        check(deliver(&[Act::RefuseAt(position as usize)]).await, others, (0, 1, 0));
    }
    check(deliver(&[Act::RefuseAt(4)]).await, 0..8, (0, 0, 0));
    check(deliver(&[Act::Halfway, Act::RefuseAt(1)]).await, [0, 1, 2, 4, 5, 6, 7], (2, 1, 0));
    check(deliver(&[Act::RefuseAt(0), Act::RefuseAt(3)]).await, 1..7, (0, 2, 0));
}

#[tokio::test(start_paused = true)]
async fn slow_is_not_wrong_as_long_as_it_is_in_time() {
    check(deliver(&[Act::Slow(secs(9)), Act::Slow(secs(9))]).await, 0..8, (0, 0, 0));
    let (written, stats) = deliver(&[Act::Slow(secs(11)), Act::Slow(secs(9))]).await;
    assert_eq!((stats.timeouts, stats.errors), (1, 0));
    check((written, stats), 0..8, (4, 0, 0));
}

/// The elements are written, so a flush or a close that fails changes no count of them; nor does it hang.
#[tokio::test(start_paused = true)]
async fn flushes_and_closes_that_fail_do_no_harm() {
    for act in [Act::Fail, Act::Refuse, Act::Hang, Act::Panic, Act::Slow(secs(5)), Act::Slow(secs(50))] {
        for in_flush in [true, false] {
            let (sink, recorded) = good();
            let sink = if in_flush { sink.on_flush(act) } else { sink.on_close(act) };
            let options = SinkOptions::default().write_timeout(secs(10));
            let coordinator = MCoordinator::builder().stream(each("n")).sink_with("s", sink, options).start().unwrap();
            for value in [1.0, 2.0, 3.0] {
                coordinator.send("n", value).unwrap();
                sleep(secs(1000)).await;
            }
            let report = coordinator.shutdown(secs(1000)).await;
            // What was to be sent on at the close may be lost.
            let unclosed = !in_flush && act != Act::Slow(secs(5));
            assert_eq!((report.is_complete(), report.sinks["s"].unclosed), (!unclosed, unclosed), "{act:?}: {report}");
            assert_eq!((values(&recorded), recorded.closes()), (vec![1.0, 2.0, 3.0], 1), "{act:?}");
            assert!(recorded.flushes() >= 3, "{act:?}");
            let stats = report.sinks["s"];
            let trouble = stats.errors + stats.timeouts + stats.panics;
            assert_eq!(trouble > 0, act != Act::Slow(secs(5)), "{act:?}: {stats:?}");
        }
    }
}
