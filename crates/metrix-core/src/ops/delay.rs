//! [`Delay`]: every item later by the same time.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::time::Duration;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Interval, Operate, OperateExt, Operator, Timestamp};

/// Adds [`delay`](Self::delay) to streams.
pub trait DelayExt: Stream + Sized {
    /// Emits each item when `interval` has passed since it came, the first one too, so that their distances stay.
    ///
    /// (streamz lets the first items through at once.) It drops nothing and keeps the order. While `bound` items are
    /// held the input is held up: what comes then is seen, and counts as come, once there is room again. At the end of
    /// the input the items held still come out at their times. Memory: `bound` items; behind another operator
    /// ([`then`](Operator::then)) also what that one emits in one call.
    ///
    /// In event time an item comes out when the watermark reaches its own time plus `interval`. The order stays that
    /// in which they came. At the bound time runs ahead to let the oldest out, since only an item could move it.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    /// use tokio::time::Instant;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let start = Instant::now();
    /// let every_4s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(4)));
    /// let mut seconds = every_4s.delay(Duration::from_secs(10), size(1000)).map(|_| start.elapsed().as_secs());
    /// assert_eq!(seconds.next().await, Some(10)); // came at 0
    /// assert_eq!(seconds.next().await, Some(14)); // came at 4
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn delay(self, interval: Duration, bound: NonZeroUsize) -> Operate<Self, Delay<Self::Item>, ArrivalTime> {
        self.operate(Delay::new(interval, bound))
    }
}

impl<S: Stream> DelayExt for S {}

/// The operator behind [`delay`](DelayExt::delay).
#[derive(Clone)]
pub struct Delay<T> {
    interval: Interval,
    bound: usize,
    /// Each with the time when it is due.
    held: VecDeque<(Timestamp, T)>,
}

impl<T> Delay<T> {
    /// Holds each item for `interval`, and at most `bound` of them.
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(interval: Duration, bound: NonZeroUsize) -> Self {
        Self { interval: Interval::new(interval), bound: bound.get(), held: VecDeque::new() }
    }
}

opaque_debug!(Delay<T> { interval, bound });

impl<T> Operator<T> for Delay<T> {
    type Out = T;

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, _out: &mut impl Emit<T>) {
        self.held.push_back((now + self.interval, item));
    }

    #[inline]
    fn deadline(&self) -> Option<Timestamp> {
        self.held.front().map(|(due, _)| *due)
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        while self.deadline().is_some_and(|due| due <= now) {
            if let Some((_, item)) = self.held.pop_front() {
                out.emit(item);
            }
        }
    }

    #[inline]
    fn wants_input(&self) -> bool {
        self.held.len() < self.bound
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = self.held.len();
        (least.saturating_add(held), most.and_then(|most| most.checked_add(held)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Delay;
    use crate::{Operator, Timestamp, size};

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn an_item_with_an_earlier_time_does_not_overtake() {
        let mut delay = Delay::new(Duration::from_secs(5), size(3));
        let mut out = Vec::new();
        for (item, time) in [('a', at(10)), ('b', at(3)), ('c', at(12))] {
            delay.on_item(item, time, &mut |item| out.push(item));
        }
        assert_eq!((delay.deadline(), delay.wants_input()), (Some(at(15)), false));
        delay.on_time(at(15), &mut |item| out.push(item));
        assert_eq!((delay.deadline(), delay.wants_input(), &out[..]), (Some(at(17)), true, &['a', 'b'][..]));
        delay.on_time(at(17), &mut |item| out.push(item));
        assert_eq!((delay.deadline(), out), (None, vec!['a', 'b', 'c']));
    }

    #[test]
    fn a_time_beyond_the_end_of_time_is_the_end_of_time() {
        let mut delay = Delay::new(Duration::from_secs(5), size(3));
        delay.on_item('a', Timestamp::MAX, &mut |_| panic!("too early"));
        assert_eq!(delay.deadline(), Some(Timestamp::MAX));
        let mut out = Vec::new();
        delay.on_time(Timestamp::MAX, &mut |item| out.push(item));
        assert_eq!((delay.deadline(), out), (None, vec!['a']));
    }

    #[test]
    #[should_panic = "an interval of 0ns is not possible"]
    fn no_delay_is_refused() {
        let _ = Delay::<u8>::new(Duration::ZERO, size(1));
    }
}
