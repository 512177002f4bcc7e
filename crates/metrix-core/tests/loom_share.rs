//! Every interleaving of the threads that use a `share`, by loom:
//! `RUSTFLAGS="--cfg metrix_loom" cargo test -p metrix-core --test loom_share --release`.
//!
//! A lost wake shows as a deadlock, which loom reports.
#![cfg(metrix_loom)]

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures::Stream;
use loom::future::block_on;
use loom::sync::{Arc, Mutex};
use loom::thread;
use metrix_core::prelude::*;

/// Checks all interleavings with at most this many forced switches between threads, which is what finds nearly all
/// faults in a time that one can wait for.
fn check(preemptions: usize, test: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(test);
}

/// Takes all items on a thread of its own.
fn collect_on_thread<S>(output: S) -> thread::JoinHandle<Vec<u32>>
where
    S: Stream<Item = u32> + Send + 'static,
{
    thread::spawn(move || block_on(output.collect()))
}

/// A channel that loom sees into. It gives items that another thread puts in.
#[derive(Clone, Default)]
struct Channel(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    items: VecDeque<u32>,
    ended: bool,
    waker: Option<Waker>,
}

impl Channel {
    fn change(&self, change: impl FnOnce(&mut Inner)) {
        let mut inner = self.0.lock().unwrap();
        change(&mut inner);
        let waker = inner.waker.take();
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn send(&self, item: u32) {
        self.change(|inner| inner.items.push_back(item));
    }

    fn end(&self) {
        self.change(|inner| inner.ended = true);
    }
}

impl Stream for Channel {
    type Item = u32;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
        let mut inner = self.0.lock().unwrap();
        match inner.items.pop_front() {
            Some(item) => Poll::Ready(Some(item)),
            None if inner.ended => Poll::Ready(None),
            None => {
                inner.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[test]
fn both_outputs_get_every_item_once_in_lockstep() {
    check(3, || {
        let a = futures::stream::iter([1, 2]).share(Slow::Lockstep);
        let b = collect_on_thread(a.subscribe());
        assert_eq!(block_on(a.collect::<Vec<u32>>()), [1, 2]);
        assert_eq!(b.join().unwrap(), [1, 2]);
    });
}

#[test]
fn both_outputs_get_every_item_once_with_queues() {
    check(3, || {
        let a = futures::stream::iter([1, 2, 3]).share(Slow::Bounded(size(2)));
        let b = collect_on_thread(a.subscribe());
        assert_eq!(block_on(a.collect::<Vec<u32>>()), [1, 2, 3]);
        assert_eq!(b.join().unwrap(), [1, 2, 3]);
    });
}

#[test]
fn what_an_output_lost_and_what_it_got_is_all() {
    check(3, || {
        let a = futures::stream::iter([1, 2, 3]).share(Slow::DropOldest(size(1)));
        let mut b = a.subscribe();
        let b = thread::spawn(move || {
            let mut got = Vec::new();
            while let Some(item) = block_on(b.next()) {
                got.push(item);
            }
            (got, b.dropped())
        });
        let mut a = a;
        let mut got = Vec::new();
        while let Some(item) = block_on(a.next()) {
            got.push(item);
        }
        for (got, dropped) in [(got, a.dropped()), b.join().unwrap()] {
            assert_eq!(got.len() as u64 + dropped, 3);
            assert!(got.is_sorted_by(|a, b| a < b));
            assert_eq!(got.last(), Some(&3));
        }
    });
}

#[test]
fn the_input_wakes_whoever_waits() {
    check(2, || {
        let channel = Channel::default();
        let a = channel.clone().share(Slow::Lockstep);
        let b = collect_on_thread(a.subscribe());
        let sender = thread::spawn(move || {
            channel.send(1);
            channel.end();
        });
        assert_eq!(block_on(a.collect::<Vec<u32>>()), [1]);
        assert_eq!(b.join().unwrap(), [1]);
        sender.join().unwrap();
    });
}

#[test]
fn an_output_dropped_midway_frees_the_other() {
    check(3, || {
        let a = futures::stream::iter([1, 2, 3]).share(Slow::Lockstep);
        let mut b = a.subscribe();
        let b = thread::spawn(move || {
            assert_eq!(block_on(b.next()), Some(1));
        });
        assert_eq!(block_on(a.collect::<Vec<u32>>()), [1, 2, 3]);
        b.join().unwrap();
    });
}

#[test]
fn an_output_that_takes_what_waits_frees_the_other() {
    check(3, || {
        let mut a = futures::stream::iter([1, 2]).share(Slow::Lockstep);
        let mut b = a.subscribe();
        let taker = thread::spawn(move || {
            assert_eq!(block_on(b.next()), Some(1));
            b
        });
        assert_eq!(block_on(a.next()), Some(1));
        assert_eq!(block_on(a.next()), Some(2));
        drop(taker.join().unwrap());
    });
}

/// The one that polled the input, and whose task it might wake, goes away without polling again.
#[test]
fn an_output_dropped_while_it_waits_leaves_the_wake_to_the_other() {
    check(2, || {
        let channel = Channel::default();
        let a = channel.clone().share(Slow::Lockstep);
        let b = a.subscribe();
        let quitter = thread::spawn(move || {
            let mut b = b;
            let polled = Pin::new(&mut b).poll_next(&mut Context::from_waker(Waker::noop()));
            assert!(!matches!(polled, Poll::Ready(None)));
        });
        let sender = thread::spawn(move || channel.send(1));
        let mut a = a;
        assert_eq!(block_on(a.next()), Some(1));
        quitter.join().unwrap();
        sender.join().unwrap();
    });
}

#[test]
fn an_output_that_never_polls_again_holds_no_wake_back() {
    check(2, || {
        let channel = Channel::default();
        let a = channel.clone().share(Slow::Bounded(size(2)));
        let b = a.subscribe();
        let idler = thread::spawn(move || {
            let mut b = b;
            let _ = Pin::new(&mut b).poll_next(&mut Context::from_waker(Waker::noop()));
            b
        });
        let sender = thread::spawn(move || channel.send(1));
        let mut a = a;
        assert_eq!(block_on(a.next()), Some(1));
        drop(idler.join().unwrap());
        sender.join().unwrap();
    });
}
