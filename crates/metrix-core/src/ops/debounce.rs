//! [`Debounce`]: the items that are followed by silence.

use std::time::Duration;

use futures_core::Stream;

use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Interval, Operate, OperateExt, Operator, Timestamp};

/// Adds [`debounce`](Self::debounce) to streams.
pub trait DebounceExt: Stream + Sized {
    /// Emits an item when `interval` has passed without another.
    ///
    /// Of items that follow each other faster only the last comes out, `interval` after it came; the others are dropped
    /// and [counted](Debounce::skipped). While they never pause nothing is emitted:
    /// [`sample`](super::SampleExt::sample) is for those. At the end of the input the last item is emitted at once.
    /// Memory: one item; in event time one for every burst that the allowed lateness holds open.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// // Seconds at which a key was pressed.
    /// let presses = futures::stream::iter([1, 2, 3, 20, 40, 41]);
    /// let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at));
    /// let settled = presses.operate_at(metrix_core::ops::Debounce::new(Duration::from_secs(5)), event_time);
    /// assert_eq!(settled.collect::<Vec<_>>().await, [3, 20, 41]);
    ///
    /// // The same for what happens now.
    /// let every_4s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(4)));
    /// let start = tokio::time::Instant::now();
    /// let mut settled = every_4s.debounce(Duration::from_secs(3));
    /// settled.next().await;
    /// assert_eq!(start.elapsed(), Duration::from_secs(3));
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn debounce(self, interval: Duration) -> Operate<Self, Debounce<Self::Item>, ArrivalTime> {
        self.operate(Debounce::new(interval))
    }
}

impl<S: Stream> DebounceExt for S {}

/// The operator behind [`debounce`](DebounceExt::debounce).
#[derive(Clone)]
pub struct Debounce<T> {
    interval: Interval,
    /// In the order of time, each at least one interval before the next. In arrival time there is one at most.
    bursts: Vec<Burst<T>>,
    skipped: u64,
}

/// Items that follow each other in less than the interval.
#[derive(Clone, Debug)]
struct Burst<T> {
    start: Timestamp,
    last: Timestamp,
    item: T,
}

impl<T> Debounce<T> {
    /// Emits the items that are followed by silence for `interval`.
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(interval: Duration) -> Self {
        Self { interval: Interval::new(interval), bursts: Vec::new(), skipped: 0 }
    }

    /// How many items were dropped for a later one.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Adds a burst of one item, and joins it with those that it comes near. They are neighbours, since all others lie
    /// at least an interval apart.
    #[cold]
    #[inline(never)]
    fn insert(&mut self, mut burst: Burst<T>) {
        let interval = self.interval;
        let from = self.bursts.partition_point(|earlier| earlier.last + interval <= burst.start);
        let to = self.bursts.partition_point(|other| other.start < burst.last + interval).max(from);
        self.skipped += (to - from) as u64;
        for near in self.bursts.drain(from..to) {
            burst.start = burst.start.min(near.start);
            // Of items of the same time the one that comes later is the last.
            if burst.last < near.last {
                burst = Burst { start: burst.start, ..near };
            }
        }
        self.bursts.insert(from, burst);
    }

    fn emit_until(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        let over = self.bursts.partition_point(|burst| burst.last + self.interval <= now);
        for burst in self.bursts.drain(..over) {
            out.emit(burst.item);
        }
    }
}

opaque_debug!(Debounce<T> { interval, skipped });

impl<T> Operator<T> for Debounce<T> {
    type Out = T;

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, _out: &mut impl Emit<T>) {
        match self.bursts.last_mut() {
            Some(burst) if burst.last <= now && now < burst.last + self.interval => {
                burst.last = now;
                burst.item = item;
                self.skipped += 1;
            }
            _ => self.insert(Burst { start: now, last: now, item }),
        }
    }

    #[inline]
    fn deadline(&self) -> Option<Timestamp> {
        self.bursts.first().map(|burst| burst.last + self.interval)
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        self.emit_until(now, out);
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<T>) {
        self.emit_until(Timestamp::MAX, out);
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        at + self.interval <= watermark
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = self.bursts.len();
        // What comes may be late, or join all that is held.
        let least = if most == Some(0) { held } else { held.min(1) };
        (least, most.and_then(|most| most.checked_add(held)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::Debounce;
    use crate::{Operator, Timestamp};

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn each_item_starts_the_wait_anew() {
        let mut debounce = Debounce::new(Duration::from_secs(5));
        let mut out = Vec::new();
        for (item, time) in [('a', at(0)), ('b', at(4)), ('c', at(8))] {
            debounce.on_item(item, time, &mut |item| out.push(item));
        }
        assert_eq!(debounce.deadline(), Some(at(13)));
        debounce.on_time(at(13), &mut |item| out.push(item));
        assert_eq!((debounce.deadline(), debounce.skipped(), &out[..]), (None, 2, &['c'][..]));
        debounce.on_item('d', at(13), &mut |item| out.push(item));
        debounce.on_end(at(13), &mut |item| out.push(item));
        assert_eq!((debounce.deadline(), out), (None, vec!['c', 'd']));
    }

    #[test]
    fn the_end_of_time_is_reached() {
        let mut debounce = Debounce::new(Duration::from_secs(5));
        let mut out = Vec::new();
        debounce.on_item('a', Timestamp::MAX, &mut |_| panic!("too early"));
        debounce.on_item('b', Timestamp::MAX, &mut |_| panic!("too early"));
        debounce.on_time(Timestamp::MAX, &mut |item| out.push(item));
        assert_eq!((debounce.deadline(), out), (None, vec!['a', 'b']));
    }

    proptest! {
        /// The order in which items come makes no difference while none is late.
        #[test]
        fn out_of_order_items_give_what_ordered_ones_do(times in proptest::collection::vec(0_i64..60, 0..20)) {
            let run = |times: &[i64]| {
                let mut debounce = Debounce::new(Duration::from_secs(3));
                let mut out = Vec::new();
                for time in times {
                    debounce.on_item(*time, at(*time), &mut |item| out.push(item));
                }
                debounce.on_end(at(60), &mut |item| out.push(item));
                prop_assert_eq!(out.len() + debounce.skipped() as usize, times.len());
                Ok(out)
            };
            let mut sorted = times.clone();
            sorted.sort_unstable();
            let expected: Vec<i64> = sorted
                .iter()
                .enumerate()
                .filter(|(i, time)| sorted.get(i + 1).is_none_or(|next| **time + 3 <= *next))
                .map(|(_, time)| *time)
                .collect();
            prop_assert_eq!(run(&sorted)?, &expected[..]);
            prop_assert_eq!(run(&times)?, &expected[..]);
        }
    }
}
