//! A sink that fails, refuses, hangs or panics, and the account of it.

use super::*;

#[tokio::test(start_paused = true)]
async fn only_what_was_not_written_is_written_again() {
    let rig = Rig::new(SinkOptions::default().retry(steady()), [Act::Halfway, Act::Fail, Act::Halfway]);
    rig.put(1..=5).await;
    settle().await;
    rig.put(6..=7).await;
    let (stats, log) = rig.finish().await;
    let expected =
        [(0.0, vec![1, 2, 3, 4, 5]), (1.0, vec![3, 4, 5]), (3.0, vec![3, 4, 5]), (7.0, vec![4, 5]), (7.0, vec![6, 7])];
    assert_eq!(writes(&log), expected);
    assert_eq!((stats.delivered, stats.errors, stats.retried, stats.dropped()), (7, 3, 3 + 3 + 2, 0));
}

#[tokio::test(start_paused = true)]
async fn order_is_kept_over_retries() {
    let rig = Rig::new(SinkOptions::default().retry(steady()).max_batch(size(3)), [Act::Halfway]);
    rig.put(1..=7).await;
    let (_, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1, 2, 3]), (1.0, vec![2, 3]), (1.0, vec![4, 5, 6]), (1.0, vec![7])]);
}

#[tokio::test(start_paused = true)]
async fn after_the_last_try_the_rest_is_dropped_and_the_next_batch_has_all_its_tries() {
    let options = SinkOptions::default().retry(steady().attempts(size(3))).max_batch(size(4));
    let rig = Rig::new(options, [Act::Halfway, Act::Fail, Act::Halfway, Act::Fail, Act::Fail]);
    rig.put(1..=6).await;
    let (stats, log) = rig.finish().await;
    let again = vec![3, 4];
    let expected = [
        (0.0, vec![1, 2, 3, 4]),
        (1.0, again.clone()),
        (3.0, again),
        (3.0, vec![5, 6]),
        (4.0, vec![5, 6]),
        (6.0, vec![5, 6]),
    ];
    assert_eq!(writes(&log), expected);
    assert_eq!((stats.delivered, stats.abandoned, stats.dropped(), stats.overflowed), (5, 1, 1, 0));
    assert_eq!((stats.errors, stats.retried), (5, 2 + 2 + 2 + 2));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_is_busy_is_let_alone_for_as_long_as_it_says() {
    let options = SinkOptions::default().retry(steady()).max_batch(size(1));
    let rig = Rig::new(options, [Act::Busy(secs(10)), Act::Busy(secs(0)), Act::Busy(Duration::MAX)]);
    rig.put(1..=2).await;
    let (stats, log) = rig.finish().await;
    // Its own pauses of 1, 2 and 4 s come after that; and no sink has it wait for more than five minutes.
    let times = [0.0, 10.0 + 1.0, 11.0 + 2.0, 13.0 + 300.0 + 4.0].map(|at| (at, vec![1]));
    assert_eq!(writes(&log), [&times[..], &[(317.0, vec![2])]].concat());
    assert_eq!((stats.delivered, stats.errors, stats.retried), (2, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn refused_elements_are_counted_and_not_written_again() {
    let rig = Rig::new(SinkOptions::default().retry(steady()).max_batch(size(3)), [Act::RefuseAt(1)]);
    rig.put(1..=5).await;
    let (stats, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1, 2, 3]), (0.0, vec![4, 5])]);
    assert_eq!((stats.delivered, stats.refused, stats.errors, stats.retried, stats.dropped()), (4, 1, 1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_returns_is_given_up_and_tried_again() {
    let options = SinkOptions::default().retry(steady()).write_timeout(secs(30));
    let rig = Rig::new(options, [Act::Hang, Act::Slow(secs(29)), Act::Slow(secs(31))]);
    rig.put(1..=2).await;
    sleep(secs(10)).await;
    rig.put([3]).await;
    assert_eq!((rig.stats().lag, rig.stats().queued), (secs(10), 3));
    let (stats, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1, 2]), (31.0, vec![1, 2]), (60.0, vec![3]), (91.0, vec![3])]);
    assert_eq!((stats.delivered, stats.timeouts, stats.errors, stats.retried), (3, 2, 0, 3));
    assert_eq!((stats.max_write, stats.last_write), (secs(30), Duration::ZERO));
    assert_eq!(stats.mean_write(), (secs(30) + secs(29) + secs(30)) / 4);
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_a_write_may_last() {
    let rig = Rig::new(SinkOptions::default().write_timeout(Duration::ZERO), [Act::Slow(secs(100_000))]);
    rig.put([1]).await;
    let (stats, _) = rig.finish().await;
    assert_eq!((stats.delivered, stats.timeouts, stats.max_write), (1, 0, secs(100_000)));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_counted_and_the_batch_is_written_again() {
    let rig = Rig::new(SinkOptions::default().retry(steady()), [Act::Panic, Act::Panic]);
    rig.put(1..=2).await;
    sleep(secs(100)).await;
    rig.put([3]).await;
    let (stats, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1, 2]), (1.0, vec![1, 2]), (3.0, vec![1, 2]), (100.0, vec![3])]);
    assert_eq!((stats.delivered, stats.panics, stats.errors, stats.dropped()), (3, 2, 0, 0));
}

/// Names positions twice and out of order.
struct Muddled(Vec<Vec<f64>>);

impl Sink for Muddled {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        self.0.push(batch.iter().map(|element| element.value).collect());
        match self.0.len() {
            1 => Err(WriteError::retryable("muddled").only([3, 1, 3, 2, 1])),
            2 => Err(WriteError::refused("muddled").only([1, 1, 1, 1, 1])),
            _ => panic!("{:?}", self.0),
        }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        assert_eq!(self.0, [vec![0.0, 1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]]);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn positions_count_once() {
    let options = SinkOptions::default().retry(steady());
    let mut delivery = Delivery::start("muddled".into(), Box::new(Muddled(Vec::new())), options, &Handle::current());
    delivery.queue().offer(elements(0..=3)).wait().await;
    let stats = delivery.finish(Some(Instant::now() + secs(1000))).await;
    assert_eq!((stats.delivered, stats.refused, stats.retried, stats.panics), (3, 1, 3, 0));
}

/// Names a position that its batch hasn't: first when another try helps, then when none does.
struct Misnaming(u32);

impl Sink for Misnaming {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        self.0 += 1;
        assert_eq!(batch.len(), 3);
        match self.0 {
            1 => Err(WriteError::retryable("busy").only([1, 3])),
            2 => Err(WriteError::refused("never").only([usize::MAX])),
            _ => Ok(()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_where_a_position_lies_beyond_the_batch() {
    let options = SinkOptions::default().retry(steady()).max_batch(size(3));
    let mut delivery = Delivery::start("misnaming".into(), Box::new(Misnaming(0)), options, &Handle::current());
    delivery.queue().offer(elements(0..6)).wait().await;
    let stats = delivery.finish(Some(Instant::now() + secs(1000))).await;
    assert_eq!((stats.delivered, stats.refused, stats.retried, stats.errors), (3, 3, 3, 2));
}

/// Panics before there is a future, in the drop of a future that took too long, and with what panics when it is dropped.
struct Rude(u32);

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("in a drop");
    }
}

impl Sink for Rude {
    #[allow(clippy::manual_async_fn, reason = "a panic before the future is what is tested")]
    fn write(&mut self, _batch: &[MElement]) -> impl Future<Output = Result<(), WriteError>> + Send {
        self.0 += 1;
        assert!(self.0 != 1, "before the future");
        let bomb = (self.0 == 2).then(|| Bomb);
        if self.0 == 3 {
            std::panic::panic_any(Bomb);
        }
        async move {
            match bomb {
                Some(_bomb) => std::future::pending().await,
                None => Ok(()),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_panic_ends_the_task() {
    let options = SinkOptions::default().retry(steady());
    let mut delivery = Delivery::start("rude".into(), Box::new(Rude(0)), options, &Handle::current());
    delivery.queue().offer(elements(1..=3)).wait().await;
    let stats = delivery.finish(Some(Instant::now() + secs(1000))).await;
    assert_eq!((stats.delivered, stats.panics, stats.undelivered), (3, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_task_that_is_gone() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    let hangs = Box::new(Scripted::new([Act::Hang]));
    let delivery = Delivery::start(
        "gone".into(),
        hangs,
        SinkOptions::default().queue(size(1)).overflow(Overflow::Block),
        runtime.handle(),
    );
    // One waits in the queue, or is being written, and others for room.
    let wait = delivery.queue().offer(elements(1..=3));
    runtime.shutdown_background();
    wait.wait().await;
    let stats = delivery.queue().stats();
    assert_eq!((stats.accepted, stats.undelivered, stats.queued), (3, 3, 0));
}

#[tokio::test(start_paused = true)]
async fn a_filter_that_panics_refuses_the_element() {
    let filter = |element: &MElement| {
        assert!(element.value != 3.0, "three");
        element.value < 5.0
    };
    let rig = Rig::new(SinkOptions::default().accept(filter), []);
    rig.put(1..=6).await;
    let (stats, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1, 2, 4])]);
    assert_eq!((stats.accepted, stats.delivered, stats.refused, stats.panics), (4, 3, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn jittered_retries_stay_within_their_bounds() {
    let retry = Retry::default().first(secs(1)).max(secs(4)).attempts(size(200));
    let rig = Rig::new(SinkOptions::default().retry(retry), (0..199).map(|_| Act::Fail));
    rig.put([1]).await;
    let (stats, log) = rig.finish().await;
    let at: Vec<f64> = writes(&log).into_iter().map(|(at, _)| at).collect();
    assert_eq!((at.len(), stats.delivered, stats.retried), (200, 1, 199));
    let pauses: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (place, pause) in pauses.iter().enumerate() {
        let bound = [1.0, 2.0].get(place).copied().unwrap_or(4.0);
        // Tokio's timer rounds up to a millisecond.
        assert!((0.0..=bound + 0.001).contains(pause), "{place}: {pause}");
    }
    let mean = pauses.iter().sum::<f64>() / 199.0;
    assert!((1.5..2.5).contains(&mean), "{mean}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_flush_is_tried_again_as_often_as_a_write() {
    for (act, at, errors, panics) in [
        (Act::Fail, &[0, 1, 3][..], 6, 0),
        (Act::Panic, &[0, 1, 3], 0, 6),
        // No other try will help.
        (Act::Refuse, &[0], 2, 0),
    ] {
        let sink = Scripted::new([]).on_flush(act);
        let rig = Rig::of(SinkOptions::default().retry(steady().attempts(size(3))), sink);
        rig.put([1]).await;
        sleep(secs(10)).await;
        rig.put([2]).await;
        sleep(secs(10)).await;
        let (stats, log) = rig.finish().await;
        let mut expected = Vec::new();
        for (start, value) in [(0, 1.0), (10, 2.0)] {
            expected.push((secs(start), Asked::Write(vec![value])));
            expected.extend(at.iter().map(|at| (secs(start + at), Asked::Flush)));
        }
        expected.push((secs(20), Asked::Close));
        assert_eq!(log, expected, "{act:?}");
        assert_eq!((stats.errors, stats.panics, stats.delivered), (errors, panics, 2), "{act:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_close_is_counted() {
    let rig = Rig::of(SinkOptions::default(), Scripted::new([]).on_close(Act::Panic));
    rig.put([1]).await;
    let (stats, _) = rig.finish().await;
    assert_eq!((stats.delivered, stats.panics), (1, 1));
}
