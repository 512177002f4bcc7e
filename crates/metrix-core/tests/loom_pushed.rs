//! Every interleaving of the threads that use a `pushed` operator, by loom:
//! `RUSTFLAGS="--cfg metrix_loom" cargo test -p metrix-core --test loom_pushed --release`.
//!
//! Every item is in exactly one output or was given back. A lost wake shows as a deadlock, which loom reports.
#![cfg(metrix_loom)]

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures::Stream;
use loom::future::block_on;
use loom::sync::{Arc, Mutex};
use loom::thread;
use metrix_core::fold::ToVec;
use metrix_core::ops::{Map, Partition, TimedWindow};
use metrix_core::prelude::*;
use metrix_core::{EmitError, Late, TimeDomain};

/// Checks all interleavings with at most this many forced switches between threads, which is what finds nearly all
/// faults in a time that one can wait for.
fn check(preemptions: usize, test: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(test);
}

/// Pushes the items on a thread of its own, which gives those that were refused.
fn push_on_thread<O, T>(pusher: Pusher<u32, O, T>, items: &'static [u32]) -> thread::JoinHandle<Vec<u32>>
where
    O: Operator<u32, Out: Send> + Send + 'static,
    T: TimeDomain<u32> + Send + 'static,
{
    thread::spawn(move || {
        let refused = items.iter().filter_map(|item| pusher.try_push(*item).err());
        refused.map(EmitError::into_item).collect()
    })
}

/// All that came of the items, put in order.
fn sorted(parts: impl IntoIterator<Item = Vec<u32>>) -> Vec<u32> {
    let mut all: Vec<u32> = parts.into_iter().flatten().collect();
    all.sort_unstable();
    all
}

/// A window that closes at the next look at the clock after its first item, whoever looks.
#[derive(Default)]
struct Soon {
    held: Vec<u32>,
    due: Option<Timestamp>,
}

impl Operator<u32> for Soon {
    type Out = Vec<u32>;

    fn on_item(&mut self, item: u32, now: Timestamp, _out: &mut impl Emit<Vec<u32>>) {
        self.due.get_or_insert(now);
        self.held.push(item);
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.due
    }

    fn on_time(&mut self, _now: Timestamp, out: &mut impl Emit<Vec<u32>>) {
        self.due = None;
        out.emit(std::mem::take(&mut self.held));
    }
}

#[test]
fn two_pushers_and_batches_that_become_full() {
    check(3, || {
        let (pusher, batches) = pushed(Partition::with(size(2), ToVec), size(1));
        let a = push_on_thread(pusher.clone(), &[1, 2]);
        let b = push_on_thread(pusher, &[3]);
        let mut parts: Vec<Vec<u32>> = block_on(batches.collect());
        parts.extend([a.join().unwrap(), b.join().unwrap()]);
        assert_eq!(sorted(parts), [1, 2, 3]);
    });
}

#[test]
fn two_pushers_and_a_window_that_the_stream_or_a_push_closes() {
    check(3, || {
        let (pusher, windows) = pushed(Soon::default(), size(2));
        let a = push_on_thread(pusher.clone(), &[1, 2]);
        let b = push_on_thread(pusher, &[3]);
        let mut parts: Vec<Vec<u32>> = block_on(windows.collect());
        parts.extend([a.join().unwrap(), b.join().unwrap()]);
        assert_eq!(sorted(parts), [1, 2, 3]);
    });
}

/// Nobody closes the stream, so only the push can wake it.
#[test]
fn a_deadline_that_a_push_sets_wakes_the_stream() {
    check(3, || {
        let (pusher, mut windows) = pushed(Soon::default(), size(1));
        let other = pusher.clone();
        let a = push_on_thread(other, &[1]);
        assert_eq!(block_on(windows.next()), Some(vec![1]));
        assert_eq!(a.join().unwrap(), []);
        drop(pusher);
    });
}

#[test]
fn two_pushers_and_items_that_move_time_to_the_end_of_a_window() {
    check(3, || {
        let late = Arc::new(Mutex::new(Vec::new()));
        let late_too = Arc::clone(&late);
        let event_time = EventTime::new(|second: &u32| Timestamp::from_secs((*second).into()))
            .on_late(move |late: Late<u32>| late_too.lock().unwrap().push(late.item));
        let operator = TimedWindow::with(Duration::from_secs(10), ToVec);
        let (pusher, windows) = pushed_at(operator, event_time, size(1));
        let a = push_on_thread(pusher.clone(), &[1, 2]);
        let b = push_on_thread(pusher, &[11]);
        let mut parts: Vec<Vec<u32>> = block_on(windows.map(|window| window.value).collect());
        parts.extend([a.join().unwrap(), b.join().unwrap(), std::mem::take(&mut late.lock().unwrap())]);
        assert_eq!(sorted(parts), [1, 2, 11]);
    });
}

#[test]
fn two_pushers_and_one_who_closes() {
    check(3, || {
        let (pusher, batches) = pushed(Partition::with(size(2), ToVec), size(2));
        let a = push_on_thread(pusher.clone(), &[1, 2]);
        let closer = thread::spawn(move || {
            let refused = pusher.try_push(3).err().map(EmitError::into_item);
            pusher.close();
            assert_eq!(pusher.try_push(4), Err(EmitError::Closed(4)));
            // It is there until the end, so that it is `close` that ends the stream.
            (pusher, refused)
        });
        let mut parts: Vec<Vec<u32>> = block_on(batches.collect());
        let (pusher, refused) = closer.join().unwrap();
        parts.extend([a.join().unwrap(), refused.into_iter().collect()]);
        assert_eq!(sorted(parts), [1, 2, 3]);
        drop(pusher);
    });
}

#[test]
fn two_pushers_and_a_stream_that_is_dropped() {
    check(3, || {
        let (pusher, mut items) = pushed(Map::new(|item: u32| item), size(1));
        let a = push_on_thread(pusher.clone(), &[1]);
        let b = thread::spawn(move || block_on(pusher.push(2)));
        let first = block_on(items.next());
        assert!(matches!(first, Some(1 | 2)));
        drop(items);
        let refused = a.join().unwrap();
        assert!(refused.is_empty() || refused == [1] && first == Some(2));
        assert!(matches!(b.join().unwrap(), Ok(()) | Err(EmitError::Closed(2))));
    });
}

#[test]
fn pushes_that_wait_for_room_get_it() {
    check(3, || {
        let (pusher, items) = pushed(Map::new(|item: u32| item), size(1));
        pusher.try_push(0).unwrap();
        let threads = [1, 2].map(|item| {
            let pusher = pusher.clone();
            thread::spawn(move || block_on(pusher.push(item)))
        });
        drop(pusher);
        let all: Vec<u32> = block_on(items.collect());
        assert_eq!(sorted([all]), [0, 1, 2]);
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
    });
}

/// The elements are taken off the count without the lock.
#[test]
fn pushes_that_wait_until_elements_are_given_get_their_room() {
    check(3, || {
        let (pusher, outputs) = pushed(Map::new(|items: Vec<u32>| items.into_iter()), size(2));
        pusher.try_push(vec![0, 1, 2]).unwrap();
        let waiter = thread::spawn(move || {
            block_on(pusher.push(vec![3, 4])).unwrap();
            block_on(pusher.push(vec![5])).unwrap();
        });
        let all: Vec<u32> = block_on(outputs.elements().collect());
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
        waiter.join().unwrap();
    });
}

#[test]
fn a_push_that_waits_is_refused_when_the_stream_closes() {
    check(3, || {
        let (pusher, items) = pushed(Map::new(|item: u32| item), size(1));
        pusher.try_push(1).unwrap();
        let waiter = pusher.clone();
        let waiter = thread::spawn(move || block_on(waiter.push(2)));
        pusher.close();
        assert_eq!(waiter.join().unwrap(), Err(EmitError::Closed(2)));
        assert_eq!(block_on(items.collect::<Vec<u32>>()), [1]);
    });
}

/// The push that was woken first, or is about to be, goes away without using the room.
#[test]
fn a_push_that_is_given_up_leaves_the_room_to_another() {
    check(3, || {
        let (pusher, mut items) = pushed(Map::new(|item: u32| item), size(1));
        pusher.try_push(1).unwrap();
        let quitter = pusher.clone();
        let quitter = thread::spawn(move || {
            let mut push = Box::pin(quitter.push(2));
            push.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        });
        let waiter = thread::spawn(move || block_on(pusher.push(3)));
        assert_eq!(block_on(items.next()), Some(1));
        let mut rest: Vec<u32> = Vec::new();
        while let Some(item) = block_on(items.next()) {
            rest.push(item);
        }
        waiter.join().unwrap().unwrap();
        let pushed_two = quitter.join().unwrap();
        assert_eq!(sorted([rest]), if pushed_two { vec![2, 3] } else { vec![3] });
    });
}

/// The stream changes hands while a push is under way: it is the last poll's task that is woken.
#[test]
fn the_last_task_that_polled_is_woken() {
    check(3, || {
        let (pusher, mut items) = pushed(Map::new(|item: u32| item), size(1));
        let a = thread::spawn(move || pusher.try_push(1).unwrap());
        match Pin::new(&mut items).poll_next(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(item) => assert_eq!(item, Some(1)),
            Poll::Pending => assert_eq!(block_on(items.next()), Some(1)),
        }
        a.join().unwrap();
        assert_eq!(block_on(items.next()), None);
    });
}
