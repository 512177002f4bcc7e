//! `map_async` and `map_async_unordered`: how many run, what is polled and woken, and how they end.

use std::cell::Cell;
use std::future::{pending, ready};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake};
use std::time::Duration;

use futures::channel::{mpsc, oneshot};
use futures::executor::block_on;
use futures::stream::{self, FusedStream, Stream};
use metrix_core::prelude::*;

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Polls once, and tells how often that woke the task.
fn poll_counting<S: Stream + Unpin>(stream: &mut S) -> (Poll<Option<S::Item>>, usize) {
    let wakes = Arc::new(Wakes::default());
    let waker = wakes.clone().into();
    let polled = Pin::new(stream).poll_next(&mut Context::from_waker(&waker));
    (polled, wakes.0.load(Ordering::Relaxed))
}

fn poll<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    poll_counting(stream).0
}

#[tokio::test(start_paused = true)]
async fn no_more_than_n_run_at_once() {
    let (running, most) = (Cell::new(0), Cell::new(0));
    let work = async |x: u64| {
        running.set(running.get() + 1);
        most.set(most.get().max(running.get()));
        tokio::time::sleep(Duration::from_secs(x % 4)).await;
        running.set(running.get() - 1);
        x
    };
    let ordered: Vec<u64> = stream::iter(0..50).map_async(size(3), work).collect().await;
    assert_eq!(ordered, Vec::from_iter(0..50));
    assert_eq!(most.replace(0), 3);
    let mut unordered: Vec<u64> = stream::iter(0..50).map_async_unordered(size(3), work).collect().await;
    assert_ne!(unordered, ordered);
    unordered.sort_unstable();
    assert_eq!(unordered, ordered);
    assert_eq!(most.get(), 3);
}

#[tokio::test(start_paused = true)]
async fn futures_and_input_go_on_without_each_other() {
    let (send, input) = mpsc::unbounded();
    let mut outputs = pin!(input.map_async_unordered(size(3), async |secs| {
        tokio::time::sleep(Duration::from_secs(secs)).await;
        secs
    }));
    send.unbounded_send(5).unwrap();
    send.unbounded_send(1).unwrap();
    assert_eq!(outputs.next().await, Some(1));
    let later = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        send.unbounded_send(2).unwrap();
    };
    assert_eq!(futures::join!(outputs.next(), later).0, Some(2));
    drop(send);
    assert_eq!(outputs.next().await, Some(5));
    assert_eq!(outputs.next().await, None);
}

#[test]
fn an_endless_input_with_no_limit_does_not_hang() {
    let mut endless = stream::repeat(()).map_async(NonZeroUsize::MAX, |()| pending::<()>());
    for _ in 0..3 {
        let (polled, wakes) = poll_counting(&mut endless);
        assert!(polled.is_pending());
        assert!(wakes > 0, "there is more to pull");
    }
    assert_eq!(endless.size_hint(), (usize::MAX, None));
}

#[test]
fn a_full_stream_leaves_its_input_alone_and_waits_without_waking_itself() {
    let pulled = Cell::new(0);
    let input = stream::iter(0..1000).inspect(|_| pulled.set(pulled.get() + 1));
    let mut full = input.map_async(size(10), |_| pending::<()>());
    assert!(poll(&mut full).is_pending());
    // The first poll may have woken the task: a collection of futures does so after it has polled each of them.
    assert_eq!(poll_counting(&mut full), (Poll::Pending, 0));
    assert_eq!(full.size_hint(), (1000, Some(1000)));
    assert_eq!(pulled.get(), 10);
}

#[test]
fn outputs_that_wait_for_their_turn_count_among_the_n() {
    let (done, wait) = oneshot::channel();
    let mut wait = Some(wait);
    let pulled = Cell::new(0);
    let input = stream::iter(0..10).inspect(|_| pulled.set(pulled.get() + 1));
    let mut outputs = pin!(input.map_async(size(3), |x| {
        let first = wait.take();
        async move {
            if let Some(first) = first {
                first.await.unwrap();
            }
            x
        }
    }));
    for _ in 0..3 {
        assert!(poll(&mut outputs).is_pending());
    }
    assert_eq!(pulled.get(), 3);
    done.send(()).unwrap();
    assert_eq!(block_on(outputs.collect::<Vec<_>>()), Vec::from_iter(0..10));
}

#[test]
fn the_input_is_dropped_when_it_ends_and_the_futures_finish() {
    let held = Rc::new(());
    let (in_input, mut items) = (held.clone(), vec![None, Some(())]);
    let input = stream::poll_fn(move |_| {
        let _held = &in_input;
        Poll::Ready(items.pop().expect("it is not polled after its end"))
    });
    let (done, wait) = oneshot::channel::<u8>();
    let mut wait = Some(wait);
    let mut outputs = input.map_async(size(4), |_| wait.take().unwrap());
    assert!(poll(&mut outputs).is_pending());
    assert_eq!(Rc::strong_count(&held), 1);
    assert_eq!(outputs.size_hint(), (1, Some(1)));
    done.send(7).unwrap();
    assert_eq!(poll(&mut outputs), Poll::Ready(Some(Ok(7))));
    assert!(!outputs.is_terminated());
    assert_eq!(poll(&mut outputs), Poll::Ready(None));
    assert!(outputs.is_terminated());
    assert_eq!(poll(&mut outputs), Poll::Ready(None));
}

#[test]
fn a_panic_ends_it_and_drops_what_ran() {
    let held = Rc::new(());
    let mut outputs = stream::iter(0..10).map_async(size(3), |x| {
        let held = held.clone();
        async move {
            assert_ne!(x, 1, "the future fails");
            pending::<()>().await;
            drop(held);
        }
    });
    assert!(catch_unwind(AssertUnwindSafe(|| poll(&mut outputs))).is_err());
    assert_eq!(outputs.size_hint(), (0, Some(0)));
    assert_eq!(poll(&mut outputs), Poll::Ready(None));
    assert_eq!(Rc::strong_count(&held), 1);

    let mut outputs = stream::iter(0..10).map_async_unordered(size(3), |x| match x {
        0 => ready(()),
        _ => panic!("the function fails"),
    });
    assert!(catch_unwind(AssertUnwindSafe(|| poll(&mut outputs))).is_err());
    assert_eq!(block_on(outputs.next()), None);
}
