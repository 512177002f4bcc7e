use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures::channel::mpsc;
use futures::stream::{iter, poll_fn, repeat};
use futures::{FutureExt, Stream};

use super::Slow;
use crate::prelude::*;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls once with a task of its own, and gives the count of that task's wakes.
#[track_caller]
fn poll_in_own_task<S: Stream + Unpin>(output: &mut S) -> (Poll<Option<S::Item>>, Arc<Wakes>) {
    let wakes = Arc::new(Wakes::default());
    let polled = output.next().poll_unpin(&mut Context::from_waker(&Waker::from(Arc::clone(&wakes))));
    (polled, wakes)
}

#[test]
fn lockstep_waits_for_all() {
    let mut a = iter(1..=2).share(Slow::Lockstep);
    let mut b = a.subscribe();
    assert_eq!(a.size_hint(), (2, Some(2)));
    assert_eq!(a.next().now_or_never(), Some(Some(1)));
    let (polled, wakes) = poll_in_own_task(&mut a);
    assert_eq!(polled, Poll::Pending);
    assert_eq!(b.next().now_or_never(), Some(Some(1)));
    assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
    assert_eq!(b.next().now_or_never(), Some(Some(2)));
    assert_eq!(a.size_hint(), (1, Some(1)));
    assert_eq!(a.next().now_or_never(), Some(Some(2)));
    assert_eq!(a.next().now_or_never(), Some(None));
    assert_eq!(b.next().now_or_never(), Some(None));
    assert_eq!(b.subscribe().next().now_or_never(), Some(None));
}

#[test]
fn the_slowest_holds_up_the_input_when_its_queue_is_full_or_it_is_dropped() {
    let mut a = repeat(1).share(Slow::Bounded(size(3)));
    let slow = a.subscribe();
    for _ in 0..3 {
        assert_eq!(a.next().now_or_never(), Some(Some(1)));
    }
    let (polled, wakes) = poll_in_own_task(&mut a);
    assert_eq!(polled, Poll::Pending);
    drop(slow);
    assert_eq!(wakes.0.load(Ordering::Relaxed), 1);
    assert_eq!(a.next().now_or_never(), Some(Some(1)));
    assert_eq!(a.size_hint(), (usize::MAX, None));
}

#[test]
fn a_slow_output_keeps_the_newest() {
    let mut a = iter(1..=10).share(Slow::DropOldest(size(3)));
    let slow = a.subscribe();
    while a.next().now_or_never() != Some(Some(6)) {}
    assert_eq!(slow.size_hint(), (3, Some(7)));
    assert_eq!((slow.dropped(), a.dropped()), (3, 0));
    assert_eq!(slow.collect::<Vec<_>>().now_or_never(), Some(vec![4, 5, 6, 7, 8, 9, 10]));
}

#[test]
fn the_input_wakes_all_outputs_whoever_polled_it() {
    let (send, items) = mpsc::unbounded();
    let mut a = items.share(Slow::Lockstep);
    let mut b = a.subscribe();
    let (_, wakes_a) = poll_in_own_task(&mut a);
    let (_, wakes_b) = poll_in_own_task(&mut b);
    send.unbounded_send(7).unwrap();
    assert_eq!(wakes_a.0.load(Ordering::Relaxed), 1);
    assert_eq!(wakes_b.0.load(Ordering::Relaxed), 1);
    drop(a);
    assert_eq!(b.next().now_or_never(), Some(Some(7)));
}

#[test]
fn a_sleeping_input_is_polled_once_for_all() {
    let polls = AtomicUsize::new(0);
    let input = poll_fn(|_| {
        polls.fetch_add(1, Ordering::Relaxed);
        Poll::<Option<i32>>::Pending
    });
    let mut a = input.share(Slow::Lockstep);
    let mut b = a.subscribe();
    for _ in 0..3 {
        assert_eq!(a.next().now_or_never(), None);
        assert_eq!(b.next().now_or_never(), None);
    }
    assert_eq!(polls.load(Ordering::Relaxed), 1);
}

#[test]
fn the_last_output_takes_the_input_with_it() {
    let alive = Rc::new(());
    let held = Rc::clone(&alive);
    let a = repeat(1).map(move |x| (x, Rc::strong_count(&held)).0).share(Slow::Lockstep);
    let b = a.subscribe();
    drop(a);
    assert_eq!(Rc::strong_count(&alive), 2);
    drop(b);
    assert_eq!(Rc::strong_count(&alive), 1);
}

#[test]
fn a_panic_ends_all_outputs_after_what_waits_for_them() {
    let input = iter(1..).map(|x| if x < 3 { x } else { panic!("three") });
    let mut a = input.share(Slow::Bounded(size(5)));
    let b = a.subscribe();
    assert_eq!(a.next().now_or_never(), Some(Some(1)));
    assert_eq!(a.next().now_or_never(), Some(Some(2)));
    assert!(catch_unwind(AssertUnwindSafe(|| a.next().now_or_never())).is_err());
    assert_eq!(a.next().now_or_never(), Some(None));
    assert_eq!(b.collect::<Vec<_>>().now_or_never(), Some(vec![1, 2]));
}

#[test]
fn the_same_input_twice_can_be_combined() {
    let a = iter(1..=3).share(Slow::Lockstep);
    let b = a.subscribe();
    let pairs = a.combine_latest(b).collect::<Vec<_>>().now_or_never();
    assert_eq!(pairs, Some(vec![(1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]));
}
