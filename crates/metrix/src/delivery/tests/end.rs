//! The end: all is drained, flushed and closed, or counted as left.

use super::*;

#[tokio::test(start_paused = true)]
async fn closing_drains_flushes_and_closes() {
    let rig = Rig::new(SinkOptions::default().max_batch(size(2)), [Act::Slow(secs(1)), Act::Slow(secs(1))]);
    rig.put(1..=5).await;
    let (stats, log) = rig.finish().await;
    let expected = [
        (secs(0), Asked::Write(vec![1.0, 2.0])),
        (secs(1), Asked::Write(vec![3.0, 4.0])),
        (secs(2), Asked::Write(vec![5.0])),
        (secs(2), Asked::Flush),
        (secs(2), Asked::Close),
    ];
    assert_eq!(log, expected);
    assert_eq!(stats.delivered, 5);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_got_nothing_is_closed() {
    let rig = Rig::new(SinkOptions::default(), []);
    let (stats, log) = rig.finish().await;
    assert_eq!((stats, log), (SinkStats::default(), vec![(secs(0), Asked::Close)]));
}

#[tokio::test(start_paused = true)]
async fn what_is_left_at_the_deadline_is_counted() {
    let options = SinkOptions::default().max_batch(size(2)).write_timeout(Duration::ZERO);
    let mut rig = Rig::new(options, [Act::Write, Act::Hang]);
    rig.put(1..=7).await;
    let start = Instant::now();
    let stats = rig.delivery.finish(Some(start + secs(20))).await;
    assert_eq!(start.elapsed(), secs(20));
    assert_eq!((stats.delivered, stats.undelivered, stats.queued), (2, 5, 0));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_never_comes_back_does_not_outlast_the_deadline() {
    let mut rig = Rig::new(
        SinkOptions::default().retry(Retry::forever()),
        [Act::Halfway].into_iter().chain((0..10_000).map(|_| Act::Fail)),
    );
    rig.put(1..=1000).await;
    let stats = rig.delivery.finish(Some(Instant::now() + secs(60))).await;
    assert_eq!((stats.delivered, stats.undelivered), (500, 500));
}

#[tokio::test(start_paused = true)]
async fn a_closed_queue_accepts_nothing_but_what_waits_for_room_comes() {
    let rig = Arc::new(Rig::new(SinkOptions::default().queue(size(2)).overflow(Overflow::Block), [Act::Slow(secs(5))]));
    rig.put([1]).await;
    settle().await;
    let waits = tokio::spawn({
        let rig = rig.clone();
        async move { rig.put(2..=6).await }
    });
    settle().await;
    rig.delivery.queue().close();
    rig.put([7]).await;
    assert_eq!(rig.stats().accepted, 6);
    waits.await.unwrap();
    let (stats, log) = Arc::into_inner(rig).unwrap().finish().await;
    let all: Vec<i32> = writes(&log).into_iter().flat_map(|(_, values)| values).collect();
    assert_eq!((all, stats.delivered), ((1..=6).collect(), 6));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_room_is_let_go_at_the_deadline() {
    let options = SinkOptions::default().queue(size(2)).overflow(Overflow::Block).write_timeout(Duration::ZERO);
    let mut rig = Rig::new(options, [Act::Hang]);
    let queue = rig.delivery.queue().clone();
    let waits: Vec<_> = (0..3)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move { queue.offer(elements(1..=10)).wait().await })
        })
        .collect();
    settle().await;
    let stats = rig.delivery.finish(Some(Instant::now() + secs(1))).await;
    assert_eq!((stats.accepted, stats.undelivered), (30, 30));
    for wait in waits {
        wait.await.unwrap();
    }
    let stats = queue.stats();
    assert_eq!((stats.accepted, stats.undelivered, stats.queued), (30, 30, 0));
}

#[tokio::test(start_paused = true)]
async fn dropped_without_an_end_it_delivers_in_the_background() {
    let rig = Rig::new(SinkOptions::default(), [Act::Slow(secs(5))]);
    rig.put([1]).await;
    settle().await;
    rig.put([2]).await;
    let recorded = rig.recorded.clone();
    drop(rig);
    sleep(secs(6)).await;
    assert_eq!((recorded.written(), recorded.flushes(), recorded.closes()), (elements(1..=2), 1, 1));
}
