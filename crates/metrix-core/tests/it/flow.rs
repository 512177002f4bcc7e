//! The operators of the flow family on paused time: when they emit, what they hold up, whom they wake.

use std::fmt::Debug;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use futures::channel::mpsc;
use futures::stream::FusedStream;
use futures::{FutureExt, Stream};
use metrix_core::fold::Count;
use metrix_core::ops::{Delay, Overflow, Partition, RateLimit, Sample};
use metrix_core::prelude::*;
use tokio::time::{Instant, sleep_until};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Yields each value that many milliseconds from now, and ends with the last one.
fn timed<T>(items: impl IntoIterator<Item = (u64, T)>) -> impl Stream<Item = T> {
    let start = Instant::now();
    futures::stream::unfold(items.into_iter(), move |mut items| async move {
        let (at, item) = items.next()?;
        sleep_until(start + ms(at)).await;
        Some((item, items))
    })
}

/// Checks the outputs, each with the milliseconds from now, and when the stream ends.
#[track_caller]
fn check<S>(stream: S, expected: &[(u64, S::Item)], end: u64) -> impl Future<Output = ()>
where
    S: FusedStream,
    S::Item: Debug + PartialEq,
{
    let caller = std::panic::Location::caller();
    let start = Instant::now();
    let elapsed = move || start.elapsed().as_millis() as u64;
    async move {
        let mut stream = pin!(stream);
        let mut outputs = Vec::new();
        while let Some(output) = stream.next().await {
            outputs.push((elapsed(), output));
        }
        assert_eq!(outputs, expected, "at {caller}");
        assert_eq!(elapsed(), end, "the end, at {caller}");
        assert!(stream.is_terminated(), "at {caller}");
        assert_eq!((stream.next().await, stream.size_hint()), (None, (0, Some(0))), "at {caller}");
    }
}

#[tokio::test(start_paused = true)]
async fn rate_limit_spaces_what_comes_too_fast_and_drains_after_the_end() {
    let input = timed([(0, 'a'), (10, 'b'), (20, 'c'), (500, 'd'), (501, 'e')]);
    let expected = [(0, 'a'), (100, 'b'), (200, 'c'), (500, 'd'), (600, 'e')];
    check(input.rate_limit(ms(100)), &expected, 600).await;
}

#[tokio::test(start_paused = true)]
async fn rate_limit_queues_what_one_call_before_it_emits() {
    struct Twice;
    impl Operator<char> for Twice {
        type Out = char;
        fn on_item(&mut self, item: char, _now: Timestamp, out: &mut impl Emit<char>) {
            out.emit(item);
            out.emit(item);
        }
    }
    let fused = timed([(0, 'a'), (1, 'b')]).operate(Twice.then(RateLimit::new(ms(10))));
    check(fused, &[(0, 'a'), (10, 'a'), (20, 'b'), (30, 'b')], 30).await;
}

#[tokio::test(start_paused = true)]
async fn rate_limit_in_event_time_neither_waits_nor_hangs() {
    let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at));
    let items = futures::stream::iter([1, 2, 3, 0, 50]);
    check(
        items.operate_at(RateLimit::new(Duration::from_secs(10)), event_time),
        &[1, 2, 3, 0, 50].map(|at| (0, at)),
        0,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn delay_keeps_the_distances_and_drains_after_the_end() {
    let input = timed([(0, 'a'), (30, 'b'), (31, 'c'), (200, 'd')]);
    let expected = [(100, 'a'), (130, 'b'), (131, 'c'), (300, 'd')];
    check(input.delay(ms(100), size(10)), &expected, 300).await;
}

#[tokio::test(start_paused = true)]
async fn delay_holds_up_the_input_at_its_bound() {
    // The third comes when the first leaves, at 100, and the fourth when the second does.
    let input = timed([(0, 'a'), (50, 'b'), (60, 'c'), (70, 'd')]);
    check(input.delay(ms(100), size(2)), &[(100, 'a'), (150, 'b'), (200, 'c'), (250, 'd')], 250).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_fused_drains_from_front_to_back_at_the_end() {
    let input = || timed([(0, 'a'), (10, 'b'), (20, 'c')]);
    let delayed_first = Delay::new(ms(100), size(10)).then(Partition::new(size(2)));
    check(input().operate(delayed_first), &[(110, vec!['a', 'b']), (120, vec!['c'])], 120).await;
    let limited_last = Partition::new(size(2)).then(RateLimit::new(ms(100)));
    check(input().operate(limited_last), &[(10, vec!['a', 'b']), (110, vec!['c'])], 110).await;
}

#[tokio::test(start_paused = true)]
async fn delay_in_event_time_waits_for_the_watermark() {
    let (send, items) = mpsc::unbounded();
    let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at)).lateness(Duration::from_secs(1));
    let mut delayed = items.operate_at(Delay::new(Duration::from_secs(5), size(10)), event_time);
    for (at, expected) in [(1, None), (3, None), (6, None), (7, Some(1)), (20, Some(3))] {
        send.unbounded_send(at).unwrap();
        assert_eq!(delayed.next().now_or_never().flatten(), expected);
    }
    drop(send);
    assert_eq!(delayed.collect::<Vec<_>>().await, [6, 7, 20]);
}

#[tokio::test(start_paused = true)]
async fn delay_in_event_time_does_not_hang_at_its_bound() {
    let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at));
    let items = futures::stream::iter([1, 2, 3, 100]);
    check(
        items.operate_at(Delay::new(Duration::from_secs(50), size(2)), event_time),
        &[1, 2, 3, 100].map(|at| (0, at)),
        0,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn sample_emits_at_ticks_that_do_not_drift() {
    let input = timed([(0, 'a'), (90, 'b'), (100, 'c'), (420, 'd'), (450, 'e'), (510, 'f')]);
    check(input.sample(ms(100)), &[(100, 'b'), (200, 'c'), (500, 'e'), (510, 'f')], 510).await;
}

#[tokio::test(start_paused = true)]
async fn sample_serves_its_ticks_while_the_input_is_always_ready() {
    let mut samples = futures::stream::repeat(1).sample(ms(100));
    let advance = async {
        for _ in 0..100 {
            tokio::time::advance(ms(1)).await;
        }
    };
    let (first, ()) = futures::join!(samples.next(), advance);
    assert_eq!(first, Some(1));
}

#[tokio::test]
async fn sample_in_event_time_keeps_the_latest_of_each_open_interval() {
    let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at)).lateness(Duration::from_secs(5));
    let items = futures::stream::iter([8, 12, 9, 26, 1, 31]);
    let samples = items.operate_at(Sample::new(Duration::from_secs(10)), event_time);
    assert_eq!(samples.collect::<Vec<_>>().await, [9, 12, 26, 31]);
}

#[tokio::test(start_paused = true)]
async fn debounce_waits_for_silence_and_the_end_does_not() {
    let input = timed([(0, 'a'), (90, 'b'), (180, 'c'), (280, 'd'), (500, 'e'), (510, 'f')]);
    check(input.debounce(ms(100)), &[(280, 'c'), (380, 'd'), (510, 'f')], 510).await;
}

#[tokio::test(start_paused = true)]
async fn latest_always_gives_the_last() {
    let (send, items) = mpsc::unbounded();
    let mut latest = items.latest();
    assert_eq!(latest.next().now_or_never(), None);
    for i in 0..1000 {
        send.unbounded_send(i).unwrap();
    }
    drop(send);
    let outputs: Vec<i32> = (&mut latest).collect().await;
    assert_eq!(outputs.last(), Some(&999));
    assert_eq!(outputs.len() as u64 + latest.skipped(), 1000);
    assert!(outputs.len() < 10, "{outputs:?}");
}

#[tokio::test]
async fn latest_of_an_input_that_is_always_ready_still_emits() {
    let mut latest = futures::stream::iter(0..).latest();
    let first = latest.next().await.unwrap();
    assert!(latest.next().await.unwrap() > first);
    assert_eq!(latest.size_hint(), (1, None));
}

/// Counts how often a task is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Wakes {
    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn buffer_takes_a_burst_at_once_and_holds_up_the_input_when_full() {
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.clone().into();
    let mut cx = Context::from_waker(&waker);
    let (mut send, items) = mpsc::channel(0);
    let mut buffered = pin!(items.buffer(size(3)));

    assert_eq!(buffered.as_mut().poll_next(&mut cx), Poll::Pending);
    let mut senders: Vec<_> = (0..5).map(|_| send.clone()).collect();
    for (i, sender) in senders.iter_mut().enumerate() {
        sender.try_send(i).unwrap();
    }
    assert_eq!(wakes.get(), 1, "one wake for the whole burst");
    for i in 0..5 {
        assert_eq!(buffered.as_mut().poll_next(&mut cx), Poll::Ready(Some(i)));
        assert_eq!(buffered.len(), 2.min(4 - i));
    }
    assert_eq!(wakes.get(), 1);
    assert_eq!(buffered.as_mut().poll_next(&mut cx), Poll::Pending);
    send.try_send(5).unwrap();
    assert_eq!(wakes.get(), 2);
    assert_eq!(buffered.as_mut().poll_next(&mut cx), Poll::Ready(Some(5)));
    drop((send, senders));
    assert_eq!(buffered.as_mut().poll_next(&mut cx), Poll::Ready(None));
    assert!(buffered.is_terminated() && buffered.is_empty());
}

#[test]
fn buffer_tells_how_many_items_are_to_come() {
    let mut buffered = futures::stream::iter(0..5).buffer(size(3));
    assert_eq!(buffered.size_hint(), (5, Some(5)));
    assert_eq!(buffered.next().now_or_never(), Some(Some(0)));
    assert_eq!(buffered.size_hint(), (4, Some(4)));
    let mut dropping = futures::stream::iter(0..5).buffer_dropping(size(3), Overflow::DropOldest);
    assert_eq!(dropping.size_hint(), (3, Some(5)));
    assert_eq!(dropping.next().now_or_never(), Some(Some(2)));
    assert_eq!((dropping.size_hint(), dropping.dropped()), ((2, Some(2)), 2));
}

#[test]
fn buffer_dropping_serves_an_input_that_is_always_ready() {
    for overflow in [Overflow::DropOldest, Overflow::DropNewest] {
        let mut dropping = futures::stream::iter(0..).buffer_dropping(size(2), overflow);
        let outputs: Vec<i32> = (0..5).map(|_| dropping.next().now_or_never().flatten().unwrap()).collect();
        assert!(outputs.is_sorted() && dropping.dropped() > 0, "{outputs:?}");
    }
}

/// Yields three items, then panics.
fn panicking() -> impl Stream<Item = i32> {
    futures::stream::iter(0..).map(|i| if i < 3 { i } else { panic!("the input fails") })
}

/// Polls until the input panics, then checks that the stream is over.
#[track_caller]
fn check_panic(stream: impl FusedStream) {
    let mut stream = pin!(stream);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        while stream.next().now_or_never().flatten().is_some() {}
    }));
    assert!(panicked.is_err());
    assert!(stream.is_terminated());
    assert_eq!(stream.size_hint(), (0, Some(0)));
    assert!(stream.next().now_or_never().expect("an end").is_none());
}

#[test]
fn a_panic_leaves_a_stream_that_is_over() {
    check_panic(panicking().buffer(size(2)));
    check_panic(panicking().buffer_dropping(size(2), Overflow::DropNewest));
    check_panic(panicking().latest());
    check_panic(panicking().collect_on(futures::stream::pending::<()>(), size(10)));
    check_panic(panicking().sample(ms(10)));
}

#[tokio::test(start_paused = true)]
async fn collect_on_takes_items_before_the_trigger_and_flushes_at_the_end() {
    let trigger = timed([(100, ()), (150, ()), (200, ())]);
    let input = timed([(0, 'a'), (100, 'b'), (200, 'c'), (250, 'd')]);
    let expected = [(100, vec!['a', 'b']), (150, vec![]), (200, vec!['c']), (250, vec!['d'])];
    check(input.collect_on(trigger, size(10)), &expected, 250).await;
}

#[tokio::test(start_paused = true)]
async fn collect_on_emits_nothing_at_the_end_if_nothing_is_held() {
    let trigger = timed([(100, ()), (1000, ())]);
    check(timed([(0, 'a'), (100, 'b')]).collect_on(trigger, size(10)), &[(100, vec!['a', 'b'])], 100).await;
    let nothing = futures::stream::empty::<char>();
    check(nothing.collect_on(futures::stream::repeat(()), size(10)), &[], 0).await;
}

#[tokio::test(start_paused = true)]
async fn collect_on_holds_up_a_full_input_until_the_trigger() {
    let trigger = timed([(500, ()), (600, ())]);
    let input = futures::stream::iter(0..5).collect_on(trigger, size(2));
    assert_eq!(input.size_hint().0, 3);
    check(input, &[(500, vec![0, 1]), (600, vec![2, 3]), (600, vec![4])], 600).await;
}

#[tokio::test(start_paused = true)]
async fn collect_on_goes_on_in_full_batches_when_the_trigger_has_ended() {
    let trigger = timed([(5, ())]);
    let input = timed((1..=8).map(|i| (10 * i, i)));
    let collected = input.collect_on(trigger, size(3));
    check(collected, &[(5, vec![]), (30, vec![1, 2, 3]), (60, vec![4, 5, 6]), (80, vec![7, 8])], 80).await;

    let never = futures::stream::empty::<()>();
    let collected = futures::stream::iter(0..5).collect_on(never, size(2));
    assert_eq!(collected.size_hint(), (3, Some(3)));
    check(collected, &[(0, vec![0, 1]), (0, vec![2, 3]), (0, vec![4])], 0).await;

    let counted = timed((1..=8).map(|i| (10 * i, i))).collect_on_with(timed([(35, ())]), Count);
    check(counted, &[(35, 3), (80, 5)], 80).await;
}

#[test]
fn collect_on_lets_others_run_while_the_input_is_always_ready() {
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.clone().into();
    let mut cx = Context::from_waker(&waker);
    let (mut flush, trigger) = mpsc::channel(1);
    let mut counted = pin!(futures::stream::repeat(1).collect_on_with(trigger, Count));
    assert_eq!(counted.as_mut().poll_next(&mut cx), Poll::Pending);
    assert_eq!(wakes.get(), 1, "it wakes itself");
    flush.try_send(()).unwrap();
    assert!(matches!(counted.as_mut().poll_next(&mut cx), Poll::Ready(Some(count)) if count > 1));
}

#[test]
fn collect_on_does_not_spin_while_it_is_full() {
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.clone().into();
    let mut cx = Context::from_waker(&waker);
    let (mut flush, trigger) = mpsc::channel(1);
    let mut collected = pin!(futures::stream::repeat(1).collect_on(trigger, size(1024)));
    assert_eq!(collected.as_mut().poll_next(&mut cx), Poll::Pending);
    assert_eq!(wakes.get(), 0, "only the trigger can help");
    flush.try_send(()).unwrap();
    assert_eq!(wakes.get(), 1);
    assert_eq!(collected.as_mut().poll_next(&mut cx), Poll::Ready(Some(vec![1; 1024])));
}

/// streamz flushes the same items once more if what comes after has failed.
#[test]
fn collect_on_gives_its_items_once_though_what_follows_fails() {
    let (items, input) = mpsc::unbounded();
    let (flush, trigger) = mpsc::unbounded();
    let mut collected = input.collect_on(trigger, size(10));
    let send = |batch: &[i32]| {
        batch.iter().for_each(|item| items.unbounded_send(*item).unwrap());
        flush.unbounded_send(()).unwrap();
    };
    send(&[1, 2]);
    let refuses = futures::sink::unfold((), |(), batch: Vec<i32>| std::future::ready(Err(batch)));
    let given = futures::StreamExt::map(&mut collected, Ok);
    let failed = futures::StreamExt::forward(given, pin!(refuses)).now_or_never();
    assert_eq!(failed, Some(Err(vec![1, 2])));
    send(&[3]);
    assert_eq!(collected.next().now_or_never(), Some(Some(vec![3])));
}
