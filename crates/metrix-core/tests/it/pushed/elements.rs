//! The promises of `Pushed::elements`: its stream is that of an operator that emits each element by itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::stream::FusedStream;
use futures::{FutureExt, Stream};
use metrix_core::fold::ToVec;
use metrix_core::ops::{Flatten, Map, Partition, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::testing::Wakes;
use metrix_core::{Elements, EmitError, EventTime, Timestamp};
use proptest::prelude::*;
use tokio::time::advance;

const SECOND: Duration = Duration::from_secs(1);

/// Gives these, and panics where there is none.
struct Fails(std::vec::IntoIter<Option<i32>>);

impl Iterator for Fails {
    type Item = i32;

    fn next(&mut self) -> Option<i32> {
        self.0.next().map(|item| item.expect("it fails"))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Fails {}

#[test]
fn the_bound_counts_the_elements_that_have_not_been_given() {
    let (pusher, outputs) = pushed(Map::new(|n: i32| 0..n), size(2));
    pusher.try_push(2).unwrap();
    let mut items = outputs.elements();
    assert_eq!(pusher.try_push(1), Err(EmitError::Full(1)));
    let wakes = Wakes::new();
    let mut push = Box::pin(pusher.push(3));
    let waker = wakes.waker();
    assert_eq!(push.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
    assert_eq!(items.next().now_or_never(), Some(Some(0)));
    assert_eq!(wakes.count(), 1);
    assert_eq!(push.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Ready(Ok(())));
    drop(push);
    assert_eq!(items.size_hint(), (4, None));
    for left in [1, 0, 1] {
        // Of four, three and two none is one too few.
        assert_eq!(pusher.try_push(1), Err(EmitError::Full(1)));
        assert_eq!(items.next().now_or_never(), Some(Some(left)));
    }
    pusher.try_push(1).unwrap();
    drop(pusher);
    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![2, 0]));
}

#[test]
fn outputs_without_elements_are_passed_over_and_wake_nobody_twice() {
    let (pusher, outputs) = pushed(Map::new(|n: i32| 0..n), size(1));
    let mut items = outputs.elements();
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut items), Poll::Pending);
    for n in [0, 0, 1] {
        pusher.try_push(n).unwrap();
    }
    assert_eq!(wakes.count(), 1);
    assert_eq!(wakes.poll(&mut items), Poll::Ready(Some(0)));
    assert_eq!(wakes.poll(&mut items), Poll::Pending);
    drop(pusher);
    assert_eq!(
        (wakes.poll(&mut items), items.is_terminated(), items.size_hint()),
        (Poll::Ready(None), true, (0, Some(0)))
    );
}

#[test]
fn an_output_that_panics_ends_the_stream_after_what_came_before() {
    let outputs = Map::new(|items: Vec<Option<i32>>| Fails(items.into_iter()));
    let (pusher, outputs) = pushed(outputs, size(10));
    let mut items = outputs.elements();
    pusher.try_push(vec![Some(1), None, Some(2)]).unwrap();
    pusher.try_push(vec![Some(3)]).unwrap();
    assert_eq!(items.next().now_or_never(), Some(Some(1)));
    assert!(catch_unwind(AssertUnwindSafe(|| items.next().now_or_never())).is_err());
    assert!(pusher.is_closed());
    assert_eq!(items.collect::<Vec<_>>().now_or_never(), Some(vec![3]));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_waited_for_while_elements_are_at_hand() {
    let windows = TimedWindow::with(SECOND, ToVec).then(Map::new(|window: Window<Vec<i32>>| window.value.into_iter()));
    let (pusher, windows) = pushed(windows, size(10));
    let mut items = windows.elements();
    let wakes = Wakes::new();
    let deadline = |items: &mut Elements<_, _, _>| items.poll_deadline(&mut Context::from_waker(&wakes.waker()));
    assert!(deadline(&mut items).is_ready(), "there is none");
    (1..=3).for_each(|item| pusher.try_push(item).unwrap());
    assert!(deadline(&mut items).is_ready(), "no poll has slept");
    assert_eq!(items.next().await, Some(1));
    assert!(deadline(&mut items).is_ready(), "no window is open");
    pusher.try_push(4).unwrap();
    assert!(deadline(&mut items).is_pending());
    advance(SECOND / 2).await;
    assert_eq!((wakes.count(), items.at_hand()), (0, Some(2)));
    advance(SECOND / 2).await;
    assert_eq!(wakes.count(), 1);
    assert!(deadline(&mut items).is_ready(), "it is over");
    pusher.try_push(5).unwrap();
    assert!(deadline(&mut items).is_pending());
    drop(pusher);
    assert!(deadline(&mut items).is_ready(), "what is open ends now");
    assert_eq!(items.collect::<Vec<_>>().await, [3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn in_event_time_no_deadline_is_waited_for() {
    let event_time = EventTime::new(|&item: &i32| Timestamp::from_secs(item.into())).idle(SECOND);
    let windows = TimedWindow::with(SECOND, ToVec).then(Map::new(|window: Window<Vec<i32>>| window.value.into_iter()));
    let (pusher, windows) = pushed_at(windows, event_time, size(10));
    let mut items = windows.elements();
    pusher.try_push(7).unwrap();
    let wakes = Wakes::new();
    assert_eq!(wakes.poll(&mut items), Poll::Pending);
    assert!(items.poll_deadline(&mut Context::from_waker(&wakes.waker())).is_ready());
    assert_eq!(items.next().await, Some(7), "an idle second later");
}

proptest! {
    /// Pushes (of so many elements in a batch of two items) and polls, in any order.
    #[test]
    fn it_is_as_if_each_were_emitted_by_itself(
        steps in proptest::collection::vec(proptest::option::of(0..4_usize), 0..60),
        bound in 1..6_usize,
    ) {
        let batches = || Partition::new(size(2)).then(Map::new(|pair: Vec<usize>| {
            pair.into_iter().flat_map(|n| std::iter::repeat_n(n, n)).collect::<Vec<usize>>().into_iter()
        }));
        let (one, outputs) = pushed(batches(), size(bound));
        let mut elements = outputs.elements();
        let (other, mut flat) = pushed(batches().then(Flatten::new()), size(bound));
        for step in steps {
            match step {
                Some(n) => prop_assert_eq!(one.try_push(n), other.try_push(n)),
                None => prop_assert_eq!(elements.next().now_or_never(), flat.next().now_or_never()),
            }
        }
        drop((one, other));
        prop_assert_eq!(elements.collect::<Vec<_>>().now_or_never(), flat.collect::<Vec<_>>().now_or_never());
    }
}
