//! The operators that make windows of time.

use std::collections::VecDeque;
use std::time::Duration;

use hashbrown::HashSet;
use metrix_core::fold::{Compensated, Sum};
use metrix_core::ops::{HoppingWindow, Keep, SessionWindow, TimedWindow};
use metrix_core::prelude::*;
use tokio::time::Instant;
use tokio_stream::StreamExt as TokioStream;

use super::by_hand;
use crate::case::{Case, Who};
use crate::digest::Digest;
use crate::input::{A_POLL, HOUR, ITEMS, drain, numbers, stream};

pub(super) fn cases() -> Vec<Case> {
    vec![timed_window(), timed_window_with(), event_time(), timed_window_unique(), hopping_window(), session_window()]
}

/// Adds each item to a state, and looks as often as our driver whether the window is over. It never is: how many items
/// it gets would be another number in each run.
fn fold_by_hand<S>(items: &[u32], mut state: S, add: impl Fn(&mut S, u32)) -> S {
    let end = Instant::now() + HOUR;
    for items in items.chunks(A_POLL) {
        assert!(Instant::now() < end, "no bench takes an hour");
        items.iter().for_each(|&x| add(&mut state, x));
    }
    state
}

fn timed_window() -> Case {
    Case::new("timed_window", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).timed_window(HOUR)))
        .by(Who::Hand, || by_hand(|items, digest| fold_by_hand(items, Vec::new(), Vec::push).add_to(digest)))
        .by(Who::TokioStream, || drain(TokioStream::chunks_timeout(stream(numbers()), ITEMS, HOUR)))
}

fn timed_window_with() -> Case {
    Case::new("timed_window_with, sum", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).timed_window_with(HOUR, Sum)))
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let sum = fold_by_hand(items, Compensated::default(), |sum, x| sum.add(x.into()));
                sum.value().add_to(digest);
            })
        })
        .by(Who::TokioStream, || {
            let windows = TokioStream::chunks_timeout(stream(numbers()), ITEMS, HOUR);
            drain(TokioStream::map(windows, |window| Sum.fold(window)))
        })
}

/// How many items a window in event time has.
const N: u32 = 1000;

/// The numbers are nanoseconds.
fn nanos(x: &u32) -> Timestamp {
    Timestamp::from_nanos(i64::from(*x))
}

fn event_time() -> Case {
    Case::new("timed_window_with, sum, event time", ITEMS)
        .by(Who::Metrix, || {
            let window = TimedWindow::with(Duration::from_nanos(N.into()), Sum);
            drain(stream(numbers()).operate_at(window, EventTime::new(nanos)))
        })
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let (mut sum, mut end) = (Compensated::default(), N);
                for &x in items {
                    if x >= end {
                        std::mem::take(&mut sum).value().add_to(digest);
                        end = x - x % N + N;
                    }
                    sum.add(x.into());
                }
                sum.value().add_to(digest);
            })
        })
}

/// Every key comes twice in a row.
fn timed_window_unique() -> Case {
    Case::new("timed_window_unique", ITEMS)
        .by(Who::Metrix, || drain(stream(numbers()).timed_window_unique(HOUR, |x| x / 2, Keep::First)))
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let (_, kept) = fold_by_hand(items, (HashSet::new(), Vec::new()), |(keys, kept), x| {
                    if keys.insert(x / 2) {
                        kept.push(x);
                    }
                });
                kept.add_to(digest);
            })
        })
}

/// Each window is four hops long; the loop keeps the sums of four hops and merges them for each window.
fn hopping_window() -> Case {
    const HOPS: u32 = 4;
    Case::new("hopping_window_with, sum, event time", ITEMS)
        .by(Who::Metrix, || {
            let window =
                HoppingWindow::with(Duration::from_nanos((HOPS * N).into()), Duration::from_nanos(N.into()), Sum);
            drain(stream(numbers()).operate_at(window, EventTime::new(nanos)))
        })
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let mut hops = VecDeque::from([Compensated::default()]);
                let mut end = N;
                let mut close = |hops: &mut VecDeque<Compensated>| {
                    let mut window = Compensated::default();
                    hops.iter().for_each(|hop| Merge::<u32>::merge(&Sum, &mut window, *hop));
                    window.value().add_to(digest);
                };
                for &x in items {
                    if x >= end {
                        close(&mut hops);
                        if hops.len() == HOPS as usize {
                            hops.pop_front();
                        }
                        hops.push_back(Compensated::default());
                        end += N;
                    }
                    hops.back_mut().expect("there is always one").add(x.into());
                }
                while !hops.is_empty() {
                    close(&mut hops);
                    hops.pop_front();
                }
            })
        })
}

/// A thousand items a nanosecond apart, then a pause as long.
fn session_window() -> Case {
    const GAP: u32 = N / 2;
    fn at(x: u32) -> u32 {
        x + x / N * N
    }
    Case::new("session_window_with, sum, event time", ITEMS)
        .by(Who::Metrix, || {
            let window = SessionWindow::with(Duration::from_nanos(GAP.into()), Sum);
            drain(stream(numbers()).operate_at(window, EventTime::new(|&x: &u32| nanos(&at(x)))))
        })
        .by(Who::Hand, || {
            by_hand(|items, digest| {
                let (mut sum, mut end) = (Compensated::default(), GAP);
                for &x in items {
                    if at(x) >= end {
                        std::mem::take(&mut sum).value().add_to(digest);
                    }
                    end = at(x) + GAP;
                    sum.add(x.into());
                }
                sum.value().add_to(digest);
            })
        })
}
