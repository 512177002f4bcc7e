//! [`RateLimit`]: a minimum distance between two outputs.

use std::collections::VecDeque;
use std::time::Duration;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Interval, Operate, OperateExt, Operator, Timestamp};

/// Adds [`rate_limit`](Self::rate_limit) to streams.
pub trait RateLimitExt: Stream + Sized {
    /// Emits the items no less than `interval` apart: the first at once, each later one as soon as `interval` has
    /// passed since the one before it was emitted.
    ///
    /// A pause in the input earns nothing: two items never come out closer than that. It drops nothing and keeps the
    /// order. The time is monotonic, so a wall clock that is set back or forward changes nothing. While an item waits
    /// the input is held up, and what comes then counts as come when it is taken. At the end of the input the one that
    /// waits still comes out at its time. Memory: one item; behind another operator ([`then`](Operator::then)) as many
    /// as that one emits in one call.
    ///
    /// The waiting item is the oldest. Where the newest is wanted, put [`sample`](super::SampleExt::sample) in its
    /// place. In event time nothing is gained: time runs as far ahead as it takes to let the items out.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let spaced = futures::stream::iter(["a", "b", "c"]).rate_limit(Duration::from_secs(5));
    /// let seconds: Vec<u64> = spaced.map(|_| start.elapsed().as_secs()).collect().await;
    /// assert_eq!(seconds, [0, 5, 10]);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn rate_limit(self, interval: Duration) -> Operate<Self, RateLimit<Self::Item>, ArrivalTime> {
        self.operate(RateLimit::new(interval))
    }
}

impl<S: Stream> RateLimitExt for S {}

/// The operator behind [`rate_limit`](RateLimitExt::rate_limit).
#[derive(Clone)]
pub struct RateLimit<T> {
    interval: Interval,
    /// When the next item may be emitted.
    next: Timestamp,
    waiting: VecDeque<T>,
}

impl<T> RateLimit<T> {
    /// Emits one item every `interval` at most.
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(interval: Duration) -> Self {
        Self { interval: Interval::new(interval), next: Timestamp::MIN, waiting: VecDeque::new() }
    }
}

opaque_debug!(RateLimit<T> { interval, next });

impl<T> Operator<T> for RateLimit<T> {
    type Out = T;

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, out: &mut impl Emit<T>) {
        if self.next <= now && self.waiting.is_empty() {
            self.next = now + self.interval;
            out.emit(item);
        } else {
            self.waiting.push_back(item);
        }
    }

    #[inline]
    fn deadline(&self) -> Option<Timestamp> {
        if self.waiting.is_empty() { None } else { Some(self.next) }
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        // More than one only at the end of time, which nothing is later than.
        while self.next <= now {
            let Some(item) = self.waiting.pop_front() else { return };
            self.next = now + self.interval;
            out.emit(item);
        }
    }

    #[inline]
    fn wants_input(&self) -> bool {
        self.waiting.is_empty()
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let waiting = self.waiting.len();
        (least.saturating_add(waiting), most.and_then(|most| most.checked_add(waiting)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::RateLimit;
    use crate::{Operator, Timestamp};

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn the_distance_counts_from_the_output_and_not_from_when_it_was_due() {
        let mut limit = RateLimit::new(Duration::from_secs(5));
        let mut out = Vec::new();
        limit.on_item('a', at(0), &mut |item| out.push(item));
        limit.on_item('b', at(1), &mut |item| out.push(item));
        assert_eq!((limit.deadline(), limit.wants_input()), (Some(at(5)), false));
        limit.on_time(at(8), &mut |item| out.push(item));
        limit.on_item('c', at(9), &mut |item| out.push(item));
        assert_eq!((limit.deadline(), &out[..]), (Some(at(13)), &['a', 'b'][..]));
        limit.on_time(at(13), &mut |item| out.push(item));
        assert_eq!((limit.deadline(), limit.wants_input(), out), (None, true, vec!['a', 'b', 'c']));
    }

    #[test]
    fn a_pause_earns_no_credit() {
        let mut limit = RateLimit::new(Duration::from_secs(5));
        let mut out = Vec::new();
        limit.on_item('a', at(0), &mut |item| out.push(item));
        limit.on_item('b', at(100), &mut |item| out.push(item));
        limit.on_item('c', at(100), &mut |item| out.push(item));
        assert_eq!((limit.deadline(), out), (Some(at(105)), vec!['a', 'b']));
    }

    #[test]
    fn time_may_go_back_or_end() {
        let mut limit = RateLimit::new(Duration::from_secs(5));
        let mut out = Vec::new();
        for (item, time) in [('a', at(10)), ('b', at(3)), ('c', at(4))] {
            limit.on_item(item, time, &mut |item| out.push(item));
        }
        assert_eq!(limit.deadline(), Some(at(15)));
        limit.on_time(Timestamp::MAX, &mut |item| out.push(item));
        assert_eq!((limit.deadline(), out), (None, vec!['a', 'b', 'c']));
    }
}
