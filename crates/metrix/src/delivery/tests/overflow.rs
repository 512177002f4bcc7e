//! A queue that is full.

use super::super::queue::{Queue, Taken};
use super::*;

/// A sink that is busy with 0 for ten seconds, and a queue of three behind it.
async fn busy(overflow: Overflow) -> Rig {
    let rig = Rig::new(SinkOptions::default().queue(size(3)).overflow(overflow), [Act::Slow(secs(10))]);
    rig.put([0]).await;
    settle().await;
    rig
}

#[tokio::test(start_paused = true)]
async fn drop_oldest_keeps_the_newest() {
    let rig = busy(Overflow::DropOldest).await;
    rig.put([1, 2]).await;
    rig.put([3, 4]).await;
    assert_eq!((rig.stats().overflowed, rig.stats().queued), (1, 4));
    rig.put(5..=20).await;
    let (stats, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![0]), (10.0, vec![18, 19, 20])]);
    assert_eq!((stats.accepted, stats.overflowed, stats.delivered, stats.abandoned), (21, 17, 4, 0));
}

#[tokio::test(start_paused = true)]
async fn drop_newest_keeps_the_oldest() {
    let rig = busy(Overflow::DropNewest).await;
    rig.put([1, 2]).await;
    rig.put([3, 4]).await;
    rig.put(5..=20).await;
    let (stats, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![0]), (10.0, vec![1, 2, 3])]);
    assert_eq!((stats.accepted, stats.overflowed, stats.delivered), (21, 17, 4));
}

#[tokio::test(start_paused = true)]
async fn block_waits_and_loses_nothing() {
    let rig = busy(Overflow::Block).await;
    let start = Instant::now();
    rig.put(1..=3).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    rig.put(4..=12).await;
    assert_eq!(start.elapsed(), secs(10));
    let (stats, log) = rig.finish().await;
    assert!(writes(&log).iter().all(|(_, values)| values.len() <= 3));
    let all: Vec<i32> = writes(&log).into_iter().flat_map(|(_, values)| values).collect();
    assert_eq!(all, (0..=12).collect::<Vec<_>>());
    assert_eq!((stats.delivered, stats.dropped()), (13, 0));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_room_comes_before_who_asks_later() {
    let rig = Arc::new(busy(Overflow::Block).await);
    rig.put(1..=3).await;
    let put = |values: std::ops::RangeInclusive<i32>| {
        let rig = rig.clone();
        tokio::spawn(async move { rig.put(values).await })
    };
    let (first, second) = (put(10..=19), put(20..=29));
    settle().await;
    assert_eq!(rig.stats().queued, 1 + 3 + 10 + 10);
    rig.put(30..=31).await;
    first.await.unwrap();
    second.await.unwrap();
    let (_, log) = Arc::into_inner(rig).unwrap().finish().await;
    let all: Vec<i32> = writes(&log).into_iter().flat_map(|(_, values)| values).collect();
    let expected: Vec<i32> = (0..=3).chain(10..=19).chain(20..=29).chain(30..=31).collect();
    assert_eq!(all, expected);
}

#[tokio::test(start_paused = true)]
async fn room_is_for_who_has_waited_even_if_it_has_not_woken_yet() {
    let queue = Arc::new(Queue::new("q".into(), &SinkOptions::default().queue(size(2)).overflow(Overflow::Block)));
    let waits = tokio::spawn({
        let queue = queue.clone();
        async move { queue.offer(elements(0..=4)).wait().await }
    });
    settle().await;
    let values = |taken| match taken {
        Taken::Batch(batch) => batch.iter().map(|element| element.value as i32).collect::<Vec<_>>(),
        Taken::Flush | Taken::Nothing | Taken::Ended => Vec::new(),
    };
    assert_eq!(values(queue.take(2)), [0, 1]);
    // There is room now, but not for this one.
    let later = queue.offer(elements(10..=10));
    assert!(matches!(queue.take(2), Taken::Nothing));
    let later = later.wait();
    settle().await;
    assert_eq!(values(queue.take(2)), [2, 3]);
    settle().await;
    waits.await.unwrap();
    later.await;
    assert_eq!(values(queue.take(2)), [4, 10]);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_for_room_loses_what_was_not_in_and_it_is_counted() {
    let mut rig = busy(Overflow::Block).await;
    assert!(tokio::time::timeout(secs(5), rig.put(1..=9)).await.is_err());
    let stats = rig.stats();
    assert_eq!((stats.accepted, stats.undelivered, stats.queued, stats.lag), (10, 6, 4, secs(5)));
    rig.put([10]).await;
    let stats = rig.delivery.finish(Some(Instant::now() + secs(1000))).await;
    assert_eq!((stats.delivered, stats.undelivered), (5, 6));
}

#[tokio::test(start_paused = true)]
async fn an_offer_does_not_wait() {
    let mut rig = busy(Overflow::Block).await;
    let held_up = rig.delivery.queue().offer(elements(1..=5));
    assert_eq!(rig.stats().queued, 6);
    drop(held_up);
    let stats = rig.delivery.finish(Some(Instant::now() + secs(1000))).await;
    assert_eq!((stats.delivered, stats.undelivered), (4, 2));
}
