//! The promises of `pushed`, `Pusher` and `Pushed`, each with a test of its name.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::FusedStream;
use futures::{FutureExt, Stream};
use metrix_core::fold::{Count, Sum, ToVec};
use metrix_core::ops::{Delay, Flatten, Map, Partition, Slice, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::testing::Wakes;
use metrix_core::{EmitError, Late};
use tokio::runtime::Builder;

use crate::driver::Shift;

mod as_operate;
mod elements;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn outputs_come_in_order_and_what_is_held_comes_at_the_end() {
    let (pusher, sums) = pushed(Partition::with(size(2), Sum), size(10));
    for item in [1.0, 2.0, 3.0, 4.0, 5.0] {
        pusher.try_push(item).unwrap();
    }
    assert_eq!(sums.size_hint(), (3, None));
    drop(pusher);
    assert_eq!(sums.collect::<Vec<_>>().now_or_never(), Some(vec![3.0, 7.0, 5.0]));
}

#[test]
fn a_sleeping_stream_is_woken_by_an_output_and_by_nothing_before() {
    let (pusher, mut counts) = pushed(Partition::with(size(3), Count), size(1));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut counts), Poll::Pending);
    pusher.try_push(()).unwrap();
    pusher.try_push(()).unwrap();
    assert_eq!(wakes.count(), 0);
    pusher.try_push(()).unwrap();
    assert_eq!(wakes.count(), 1);
    assert_eq!(wakes.poll(&mut counts), Poll::Ready(Some(3)));
    assert_eq!(wakes.poll(&mut counts), Poll::Pending);
    drop(pusher);
    assert_eq!(wakes.count(), 2);
    assert_eq!(wakes.poll(&mut counts), Poll::Ready(None));
    assert!(counts.is_terminated());
    assert_eq!(wakes.poll(&mut counts), Poll::Ready(None));
}

#[tokio::test(start_paused = true)]
async fn a_window_closes_with_nobody_pushing() {
    let (pusher, mut windows) = pushed(TimedWindow::with(10 * SECOND, Count), size(1));
    let start = tokio::time::Instant::now();
    tokio::time::advance(4 * SECOND).await;
    pusher.try_push('a').unwrap();
    pusher.try_push('b').unwrap();
    assert_eq!(windows.next().await.map(|window| window.value), Some(2));
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(windows.next().now_or_never(), None);
}

#[test]
fn a_stream_moves_to_another_runtime_when_its_own_is_gone() {
    let (pusher, mut windows) = pushed(TimedWindow::with(SECOND, Count), size(1));
    let runtime = || Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime().block_on(async {
        pusher.try_push('a').unwrap();
        assert_eq!(windows.next().now_or_never(), None);
    });
    let window = runtime().block_on(windows.next());
    assert_eq!(window.map(|window| window.value), Some(1));
}

#[tokio::test(start_paused = true)]
async fn the_first_item_wakes_a_stream_that_slept_without_a_deadline() {
    let (pusher, mut shifted) = pushed(Shift::by(3 * SECOND), size(1));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut shifted), Poll::Pending);
    pusher.try_push('a').unwrap();
    assert_eq!(wakes.count(), 1);
    assert_eq!(wakes.poll(&mut shifted), Poll::Pending);
    pusher.try_push('b').unwrap();
    assert_eq!(wakes.count(), 1, "a later deadline wakes nobody");
    tokio::time::sleep(3 * SECOND).await;
    assert_eq!(wakes.count(), 2);
    assert_eq!(wakes.poll(&mut shifted), Poll::Ready(Some('a')));
}

#[tokio::test(start_paused = true)]
async fn a_due_deadline_is_served_before_the_item() {
    let (pusher, windows) = pushed(TimedWindow::with(SECOND, Count), size(1));
    pusher.try_push('a').unwrap();
    tokio::time::advance(SECOND).await;
    pusher.try_push('b').unwrap();
    assert_eq!(windows.size_hint().0, 2, "one has been closed, and one is open");
    drop(pusher);
    let counts: Vec<u64> = windows.map(|window| window.value).collect().await;
    assert_eq!(counts, [1, 1]);
}

#[test]
fn all_outputs_of_a_call_are_kept_beyond_the_bound() {
    let (pusher, mut items) = pushed(Map::new(|n: usize| vec![n; n]).then(Flatten::new()), size(2));
    pusher.try_push(5).unwrap();
    assert_eq!(items.size_hint(), (5, None));
    for _ in 0..4 {
        assert_eq!(pusher.try_push(1), Err(EmitError::Full(1)));
        assert_eq!(items.next().now_or_never(), Some(Some(5)));
    }
    pusher.try_push(1).unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_brings_no_output_needs_no_room() {
    let windows =
        TimedWindow::with(SECOND, ToVec).then(Map::new(|window: Window<Vec<_>>| window.value)).then(Flatten::new());
    let (pusher, mut items) = pushed(windows, size(2));
    let try_all = |items: &[i32]| items.iter().map(|&item| pusher.try_push(item).is_ok()).collect::<Vec<_>>();
    assert_eq!(try_all(&[1, 2, 3]), [true; 3]);
    tokio::time::advance(SECOND).await;
    // The first closes the window before; more outputs wait then than may.
    assert_eq!(try_all(&[4, 5]), [true; 2]);
    tokio::time::advance(SECOND).await;
    assert_eq!(try_all(&[6]), [false], "it would close a window");
    assert_eq!((items.next().await, try_all(&[6])), (Some(1), vec![false]));
    assert_eq!((items.next().await, try_all(&[6])), (Some(2), vec![true]));
    drop(pusher);
    assert_eq!(items.collect::<Vec<_>>().await, [3, 4, 5, 6]);

    let (pusher, mut batches) = pushed(Map::new(|item: i32| 10 * item).then(Partition::new(size(2))), size(1));
    let try_all = |items: &[i32]| items.iter().map(|&item| pusher.try_push(item).is_ok()).collect::<Vec<_>>();
    assert_eq!(try_all(&[1, 2, 3, 4]), [true, true, true, false]);
    assert_eq!((batches.next().await, try_all(&[4])), (Some(vec![10, 20]), vec![true]));
}

#[test]
fn what_brings_no_output_needs_room_in_event_time() {
    let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second));
    let (pusher, mut windows) = pushed_at(TimedWindow::with(SECOND, Count), event_time, size(1));
    let taken: Vec<_> = [1, 2, 2, 3].into_iter().map(|second| pusher.try_push(second).is_ok()).collect();
    assert_eq!(taken, [true, true, false, false]);
    assert_eq!(windows.next().now_or_never().flatten().map(|window| window.value), Some(1));
    assert_eq!(pusher.try_push(3), Ok(()));
}

#[test]
fn push_waits_for_room_and_is_woken() {
    let (pusher, mut items) = pushed(Map::new(|x: i32| x), size(1));
    pusher.try_push(1).unwrap();
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let mut push = pin!(pusher.push(2));
    assert_eq!(push.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert_eq!(wakes.count(), 1);
    assert_eq!(push.poll(&mut Context::from_waker(&waker)), Poll::Ready(Ok(())));
    assert_eq!(items.next().now_or_never(), Some(Some(2)));
}

#[test]
fn a_cancelled_push_leaves_nothing_and_the_room_to_another() {
    let (pusher, mut items) = pushed(Map::new(|x: i32| x), size(1));
    pusher.try_push(1).unwrap();
    let (first, second) = (Wakes::new(), Wakes::new());
    let mut cancelled = Box::pin(pusher.push(2));
    let mut push = Box::pin(pusher.push(3));
    assert_eq!(cancelled.poll_unpin(&mut Context::from_waker(&first.waker())), Poll::Pending);
    assert_eq!(push.poll_unpin(&mut Context::from_waker(&second.waker())), Poll::Pending);
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    drop(cancelled);
    assert_eq!(second.count(), 1);
    assert_eq!(push.now_or_never(), Some(Ok(())));
    let mut cancelled = Box::pin(pusher.push(4));
    assert_eq!(cancelled.poll_unpin(&mut Context::from_waker(&first.waker())), Poll::Pending);
    drop(cancelled);
    let before = first.count();
    assert_eq!(items.next().now_or_never(), Some(Some(3)));
    assert_eq!(first.count(), before);
    drop(pusher);
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[tokio::test]
async fn pushes_and_the_stream_can_be_spawned() {
    let (pusher, items) = pushed(Map::new(|x: i32| x), size(1));
    let pushes = tokio::spawn(async move {
        for item in 1..=3 {
            pusher.push(item).await?;
        }
        Ok::<(), EmitError<i32>>(())
    });
    assert_eq!(tokio::spawn(items.collect::<Vec<_>>()).await.unwrap(), [1, 2, 3]);
    assert_eq!(pushes.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_operator_that_wants_no_input_refuses_it_until_it_does() {
    let (pusher, mut items) = pushed(Shift::by(SECOND).one_at_a_time(), size(10));
    pusher.try_push(1).unwrap();
    assert_eq!(pusher.try_push(2), Err(EmitError::Full(2)));
    let wakes = Wakes::new();
    let mut push = Box::pin(pusher.push(2));
    assert_eq!(push.poll_unpin(&mut Context::from_waker(&wakes.waker())), Poll::Pending);
    assert_eq!(items.next().await, Some(1));
    assert_eq!(wakes.count(), 1);
    assert_eq!(push.await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_has_deadlines_after_the_end_still_comes() {
    let (pusher, items) = pushed(Delay::new(SECOND, size(10)), size(10));
    pusher.try_push(1).unwrap();
    tokio::time::advance(SECOND / 2).await;
    pusher.try_push(2).unwrap();
    drop(pusher);
    let start = tokio::time::Instant::now();
    assert_eq!(items.collect::<Vec<_>>().await, [1, 2]);
    assert_eq!(start.elapsed().as_millis(), 1000);
}

#[test]
fn a_finished_operator_closes_the_stream() {
    let (pusher, items) = pushed(Slice::new(..2), size(10));
    pusher.try_push(1).unwrap();
    pusher.try_push(2).unwrap();
    assert_eq!(pusher.push(3).now_or_never(), Some(Err(EmitError::Closed(3))));
    assert!(pusher.is_closed());
    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![1, 2]));
}

#[test]
fn closing_ends_the_stream_and_refuses_those_that_wait() {
    let (pusher, items) = pushed(Map::new(|x: i32| x), size(1));
    let other = pusher.clone();
    pusher.try_push(1).unwrap();
    let mut push = Box::pin(other.push(2));
    assert_eq!(push.as_mut().now_or_never(), None);
    pusher.close();
    pusher.close();
    assert!(other.is_closed());
    assert_eq!(push.now_or_never(), Some(Err(EmitError::Closed(2))));
    assert_eq!(items.size_hint(), (1, Some(1)));
    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![1]));
}

#[test]
fn a_dropped_stream_gives_the_item_back_and_lets_go_of_the_operator() {
    let alive = std::rc::Rc::new(());
    let held = std::rc::Rc::clone(&alive);
    let (pusher, items) = pushed(Map::new(move |x: i32| (x, std::rc::Rc::clone(&held))), size(1));
    pusher.try_push(1).unwrap();
    let mut push = Box::pin(pusher.push(2));
    assert_eq!(push.as_mut().now_or_never(), None);
    drop(items);
    assert_eq!(push.now_or_never(), Some(Err(EmitError::Closed(2))));
    assert_eq!(std::rc::Rc::strong_count(&alive), 1);
    assert!(pusher.is_closed());
}

#[test]
fn a_panicking_operator_ends_the_stream_after_what_came_before() {
    let (pusher, mut items) = pushed(Map::new(|x: i32| if x < 3 { x } else { panic!("three") }), size(10));
    let other = pusher.clone();
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut items), Poll::Pending);
    pusher.try_push(1).unwrap();
    assert_eq!(wakes.poll(&mut items), Poll::Ready(Some(1)));
    assert_eq!(wakes.poll(&mut items), Poll::Pending);
    pusher.try_push(2).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| pusher.try_push(3))).is_err());
    assert_eq!(other.try_push(1), Err(EmitError::Closed(1)));
    assert_eq!(items.size_hint(), (1, Some(1)));
    assert_eq!(wakes.poll(&mut items), Poll::Ready(Some(2)));
    assert_eq!(wakes.poll(&mut items), Poll::Ready(None));
}

#[test]
fn an_item_of_event_time_closes_windows_before_it_is_handled_and_late_ones_are_handed_out() {
    let mut late = Vec::new();
    let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second))
        .lateness(2 * SECOND)
        .on_late(|item: Late<i64>| late.push(item.item));
    let (pusher, mut windows) = pushed_at(TimedWindow::with(10 * SECOND, Count), event_time, size(10));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut windows), Poll::Pending);
    for second in [3, 11, 9] {
        pusher.try_push(second).unwrap();
    }
    assert_eq!(wakes.count(), 0);
    pusher.try_push(12).unwrap();
    assert_eq!(wakes.count(), 1);
    pusher.try_push(8).unwrap();
    drop(pusher);
    let counts = windows.map(|window| window.value).collect::<Vec<u64>>().now_or_never();
    assert_eq!(counts, Some(vec![2, 2]));
    assert_eq!(late, [8]);
}

#[tokio::test(start_paused = true)]
async fn an_idle_input_of_event_time_closes_its_windows() {
    let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second)).idle(SECOND);
    let (pusher, mut windows) = pushed_at(TimedWindow::with(10 * SECOND, Count), event_time, size(10));
    assert_eq!(windows.next().now_or_never(), None);
    pusher.try_push(7).unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(windows.next().await.map(|window| window.value), Some(1));
    assert_eq!(start.elapsed().as_secs(), 3);
}

#[test]
fn time_goes_on_for_an_operator_of_event_time_that_holds_up_its_input() {
    let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second));
    let (pusher, mut shifted) = pushed_at(Shift::by(10 * SECOND).one_at_a_time(), event_time, size(1));
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut shifted), Poll::Pending);
    pusher.try_push(7).unwrap();
    assert_eq!(wakes.count(), 1, "no item can move time to its deadline");
    assert_eq!(wakes.poll(&mut shifted), Poll::Ready(Some(7)));
    // Without a poll in between it is the push that lets time go on.
    pusher.try_push(8).unwrap();
    pusher.try_push(9).unwrap();
    assert_eq!(pusher.try_push(10), Err(EmitError::Full(10)));
    assert_eq!(wakes.poll(&mut shifted), Poll::Ready(Some(8)));
    assert_eq!(wakes.poll(&mut shifted), Poll::Ready(Some(9)));
    assert_eq!(wakes.poll(&mut shifted), Poll::Pending);
}

/// A toy: lets items pass until a time, and is finished then.
struct Until(Option<Timestamp>);

impl Operator<i64> for Until {
    type Out = i64;

    fn on_item(&mut self, item: i64, _now: Timestamp, out: &mut impl Emit<i64>) {
        out.emit(item);
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.0
    }

    fn on_time(&mut self, _now: Timestamp, _out: &mut impl Emit<i64>) {
        self.0 = None;
    }

    fn wants_input(&self) -> bool {
        self.0.is_some()
    }
}

#[test]
fn an_item_whose_time_finishes_the_operator_comes_back() {
    let event_time = EventTime::new(|second: &i64| Timestamp::from_secs(*second));
    let (pusher, items) = pushed_at(Until(Some(Timestamp::from_secs(10))), event_time, size(10));
    pusher.try_push(3).unwrap();
    assert_eq!(pusher.try_push(10), Err(EmitError::Closed(10)));
    assert_eq!(pusher.try_push(4), Err(EmitError::Closed(4)));
    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![3]));
}

/// A toy: panics at its deadline.
struct Bomb(Option<Timestamp>);

impl Operator<i32> for Bomb {
    type Out = i32;

    fn on_item(&mut self, item: i32, now: Timestamp, out: &mut impl Emit<i32>) {
        self.0 = Some(now + SECOND);
        out.emit(item);
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.0
    }

    fn on_time(&mut self, _now: Timestamp, _out: &mut impl Emit<i32>) {
        panic!("boom");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_at_a_deadline_is_that_of_the_poll_and_refuses_those_that_wait() {
    let (pusher, mut items) = pushed(Bomb(None), size(1));
    pusher.try_push(1).unwrap();
    assert_eq!(items.next().await, Some(1));
    tokio::time::advance(SECOND).await;
    let polled = catch_unwind(AssertUnwindSafe(|| items.next().now_or_never()));
    assert!(polled.is_err());
    assert_eq!(pusher.try_push(2), Err(EmitError::Closed(2)));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_one_push_refuses_those_that_wait() {
    let (pusher, mut items) = pushed(Bomb(None), size(1));
    pusher.try_push(1).unwrap();
    let mut push = Box::pin(pusher.push(2));
    assert_eq!(push.as_mut().now_or_never(), None);
    tokio::time::advance(SECOND).await;
    let wakes = Wakes::new();
    assert_eq!(push.poll_unpin(&mut Context::from_waker(&wakes.waker())), Poll::Pending);
    assert_eq!(items.next().await, Some(1));
    let woken = wakes.count();
    assert_eq!(woken, 1);
    assert!(catch_unwind(AssertUnwindSafe(|| pusher.try_push(3))).is_err());
    assert_eq!(push.now_or_never(), Some(Err(EmitError::Closed(2))));
    assert_eq!(items.next().now_or_never(), Some(None));
}

#[test]
fn threads_that_wait_for_room_lose_and_double_nothing() {
    let (pusher, sums) = pushed(Partition::with(size(3), ToVec), size(1));
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let pusher = pusher.clone();
            std::thread::spawn(move || {
                for item in 0..1000 {
                    futures::executor::block_on(pusher.push(thread * 1000 + item)).unwrap();
                }
            })
        })
        .collect();
    drop(pusher);
    let mut all = futures::executor::block_on(sums.collect::<Vec<Vec<i32>>>()).concat();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    for thread in 0..4 {
        let of_thread = all.iter().filter(|item| **item / 1000 == thread);
        assert!(of_thread.is_sorted(), "the items of a thread stay in order");
    }
    all.sort_unstable();
    assert_eq!(all, (0..4000).collect::<Vec<_>>());
}
