//! The distance of two elements, and the size of batches.

use super::*;

#[tokio::test(start_paused = true)]
async fn elements_come_exactly_so_far_apart_and_a_pause_earns_nothing() {
    let rig = Rig::new(SinkOptions::default().rate_limit(secs(5)), [Act::Slow(secs(1)), Act::Slow(secs(7))]);
    rig.put(1..=4).await;
    sleep(secs(100)).await;
    rig.put(5..=6).await;
    let (_, log) = rig.finish().await;
    let expected =
        [(0.0, vec![1]), (5.0, vec![2]), (12.0, vec![3]), (17.0, vec![4]), (100.0, vec![5]), (105.0, vec![6])];
    assert_eq!(writes(&log), expected);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_write_keeps_the_distance_too() {
    let rig = Rig::new(SinkOptions::default().rate_limit(secs(5)).retry(steady()), [Act::Fail, Act::Fail]);
    rig.put(1..=2).await;
    let (_, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1]), (5.0, vec![1]), (10.0, vec![1]), (15.0, vec![2])]);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_of_no_time_is_none() {
    let rig = Rig::new(SinkOptions::default().rate_limit(Duration::ZERO).or_rate_limit(secs(9)), []);
    rig.put(1..=3).await;
    let (_, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1, 2, 3])]);
    let rig = Rig::new(SinkOptions::default().or_rate_limit(secs(9)), []);
    rig.put(1..=3).await;
    let (_, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1]), (9.0, vec![2]), (18.0, vec![3])]);
}

#[tokio::test(start_paused = true)]
async fn the_longest_distance_lets_one_through() {
    let mut rig = Rig::new(SinkOptions::default().rate_limit(Duration::MAX), []);
    rig.put(1..=2).await;
    let stats = rig.delivery.finish(Some(Instant::now() + secs(1000))).await;
    assert_eq!((stats.delivered, stats.undelivered), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_batch_has_what_waits_up_to_its_size() {
    let rig = Rig::new(SinkOptions::default().max_batch(size(4)), [Act::Slow(secs(1))]);
    rig.put([1]).await;
    settle().await;
    rig.put(2..=10).await;
    let (_, log) = rig.finish().await;
    assert_eq!(writes(&log), [(0.0, vec![1]), (1.0, vec![2, 3, 4, 5]), (1.0, vec![6, 7, 8, 9]), (1.0, vec![10])]);
}

#[tokio::test(start_paused = true)]
async fn the_lag_is_the_age_of_the_oldest() {
    let rig = Rig::new(SinkOptions::default(), [Act::Slow(secs(10)), Act::Slow(secs(10))]);
    assert_eq!(rig.stats().lag, Duration::ZERO);
    rig.put([1]).await;
    sleep(secs(3)).await;
    rig.put([2]).await;
    sleep(secs(4)).await;
    assert_eq!(rig.stats().lag, secs(7));
    sleep(secs(4)).await;
    assert_eq!(rig.stats().lag, secs(8));
    sleep(secs(10)).await;
    assert_eq!((rig.stats().lag, rig.stats().queued), (Duration::ZERO, 0));
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_is_always_ready_lets_others_run() {
    let rig = Rig::new(SinkOptions::default().max_batch(size(1)), []);
    rig.put(1..=5000).await;
    tokio::task::yield_now().await;
    let delivered = rig.stats().delivered;
    assert!(0 < delivered && delivered < 5000, "{delivered}");
    assert_eq!(rig.finish().await.0.delivered, 5000);
}
