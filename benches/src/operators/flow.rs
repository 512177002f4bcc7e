//! The operators that hold items back, or let them go.

use std::collections::VecDeque;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt as Futures;
use metrix_core::prelude::*;
use tokio::time::{Instant, interval};
use tokio_stream::StreamExt as TokioStream;

use super::{by_hand, each};
use crate::case::{Case, Who};
use crate::digest::Digest;
use crate::input::{HOUR, ITEMS, drain, drain_paused, numbers, on_paused_time, stream};

pub(super) fn cases() -> Vec<Case> {
    vec![buffer(), delay(), rate_limit(), latest(), sample(), debounce()]
}

fn buffer() -> Case {
    Case::new("buffer(64)", ITEMS)
        .by(Who::Metrix, || drain(BufferExt::buffer(stream(numbers()), size(64))))
        .by(Who::Hand, || each(|items| items))
        .by(Who::Futures, || {
            let futures = Futures::map(stream(numbers()), futures::future::ready);
            drain(Futures::buffered(futures, 64))
        })
}

/// All items come at once and are due at once.
fn delay() -> Case {
    const SECOND: Duration = Duration::from_secs(1);
    Case::new("delay", ITEMS).by(Who::Metrix, || drain_paused(|| stream(numbers()).delay(SECOND, size(ITEMS)))).by(
        Who::Hand,
        || {
            by_hand(|items, digest| {
                let (mut held, now) = (VecDeque::new(), Instant::now());
                items.iter().for_each(|&x| held.push_back((now + SECOND, x)));
                while let Some((due, x)) = held.pop_front() {
                    assert!(due > now, "it was put there with this due time");
                    x.add_to(digest);
                }
            })
        },
    )
}

/// Every item waits for a timer, whose price this is; paused time makes the waits short.
fn rate_limit() -> Case {
    const ITEMS: usize = 10_000;
    const SPACING: Duration = Duration::from_millis(1);
    let items = &numbers()[..ITEMS];
    Case::new("rate_limit", ITEMS)
        .by(Who::Metrix, move || drain_paused(|| stream(items).rate_limit(SPACING)))
        .by(Who::Hand, move || {
            on_paused_time(async {
                let (mut digest, mut ticks) = (0, interval(SPACING));
                for x in items {
                    ticks.tick().await;
                    x.add_to(&mut digest);
                }
                digest
            })
        })
        .by(Who::TokioStream, move || drain_paused(|| TokioStream::throttle(stream(items), SPACING)))
}

/// An input that pauses after every hundred items.
fn latest() -> Case {
    const AT_ONCE: usize = 100;
    Case::new("latest", ITEMS)
        .by(Who::Metrix, || {
            let mut items = numbers().iter().copied();
            let mut left = AT_ONCE;
            let pausing = futures::stream::poll_fn(move |cx| {
                if left == 0 {
                    left = AT_ONCE;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                left -= 1;
                Poll::Ready(items.next())
            });
            drain(pausing.latest())
        })
        .by(Who::Hand, || by_hand(|items, digest| items.chunks(AT_ONCE).for_each(|items| items.last().add_to(digest))))
}

/// Only the last item comes out, at the end.
fn sample() -> Case {
    Case::new("sample", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).sample(HOUR)))
        .by(Who::Hand, || each(last_by_hand))
}

/// Only the last item comes out, at the end.
fn debounce() -> Case {
    Case::new("debounce", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).debounce(HOUR)))
        .by(Who::Hand, || each(last_by_hand))
}

/// Keeps each item until the next one comes, and does not know beforehand which is the last.
fn last_by_hand(items: std::slice::Iter<'_, u32>) -> std::option::IntoIter<&u32> {
    items.fold(None, |_, x| Some(std::hint::black_box(x))).into_iter()
}
