//! [`Sample`]: the latest item, at regular times.

use std::time::Duration;

use futures_core::Stream;

use super::TimedWindow;
use crate::macros::opaque_debug;
use crate::{ArrivalTime, Emit, Fold, Operate, OperateExt, Operator, Timestamp, Window};

/// Adds [`sample`](Self::sample) to streams.
pub trait SampleExt: Stream + Sized {
    /// Emits, at every tick, the latest item that came since the tick before; the kth tick is at `k * interval` after
    /// the stream was built.
    ///
    /// A tick without a new item emits nothing. An item that comes exactly at a tick belongs to the next. Ticks never
    /// drift, however late one is noticed. The items in between are dropped and [counted](Sample::skipped). At the end
    /// of the input the latest item is emitted at once. Memory: one item; in event time one for every `interval` that
    /// the allowed lateness holds open, and the ticks are aligned to the epoch.
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
    /// let mut samples = every_4s.sample(Duration::from_secs(10));
    /// let first = samples.next().await.unwrap();
    /// assert_eq!((first - start, start.elapsed()), (Duration::from_secs(8), Duration::from_secs(10)));
    /// let second = samples.next().await.unwrap();
    /// assert_eq!((second - start, start.elapsed()), (Duration::from_secs(16), Duration::from_secs(20)));
    /// assert_eq!(samples.operator().skipped(), 3); // of 0, 4 and 12 s
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn sample(self, interval: Duration) -> Operate<Self, Sample<Self::Item>, ArrivalTime> {
        self.operate(Sample::new(interval))
    }
}

impl<S: Stream> SampleExt for S {}

/// The operator behind [`sample`](SampleExt::sample): a [`TimedWindow`] that keeps nothing but its latest item.
#[derive(Clone)]
pub struct Sample<T> {
    windows: TimedWindow<T, Newest>,
    skipped: u64,
}

impl<T> Sample<T> {
    /// Emits the latest item of every `interval`.
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(interval: Duration) -> Self {
        Self { windows: TimedWindow::with(interval, Newest), skipped: 0 }
    }

    /// How many items were dropped for a later one, up to the last output.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Takes the item out of each window that is emitted.
    fn unpack(skipped: &mut u64, out: &mut impl Emit<T>) -> impl FnMut(Window<Seen<T>>) {
        |window| {
            *skipped += window.value.count.saturating_sub(1);
            if let Some(item) = window.value.newest {
                out.emit(item);
            }
        }
    }
}

opaque_debug!(Sample<T> { windows, skipped });

impl<T> Operator<T> for Sample<T> {
    type Out = T;

    fn on_start(&mut self, now: Timestamp) {
        self.windows.on_start(now);
    }

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, out: &mut impl Emit<T>) {
        self.windows.on_item(item, now, &mut Self::unpack(&mut self.skipped, out));
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.windows.deadline()
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        self.windows.on_time(now, &mut Self::unpack(&mut self.skipped, out));
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<T>) {
        self.windows.on_end(now, &mut Self::unpack(&mut self.skipped, out));
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        self.windows.is_late(at, watermark)
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        self.windows.size_hint(items)
    }
}

/// Keeps the item that came last, and counts all.
#[derive(Clone, Copy, Debug)]
struct Newest;

#[derive(Clone, Debug)]
struct Seen<T> {
    newest: Option<T>,
    count: u64,
}

impl<T> Fold<T> for Newest {
    type State = Seen<T>;
    type Out = Seen<T>;

    #[inline]
    fn init(&self) -> Seen<T> {
        Seen { newest: None, count: 0 }
    }

    #[inline]
    fn step(&self, seen: &mut Seen<T>, item: T) {
        seen.newest = Some(item);
        seen.count += 1;
    }

    #[inline]
    fn finish(&self, seen: Seen<T>) -> Seen<T> {
        seen
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Sample;
    use crate::{Operator, Timestamp};

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn an_item_at_a_tick_belongs_to_the_next_and_late_ticks_do_not_drift() {
        let mut sample = Sample::new(Duration::from_secs(10));
        let mut out = Vec::new();
        sample.on_start(at(3));
        assert_eq!(sample.deadline(), None);
        sample.on_item('a', at(13), &mut |item| out.push(item));
        assert_eq!(sample.deadline(), Some(at(23)));
        sample.on_time(at(38), &mut |item| out.push(item));
        assert_eq!((sample.deadline(), &out[..]), (None, &['a'][..]));
        sample.on_item('b', at(38), &mut |item| out.push(item));
        assert_eq!(sample.deadline(), Some(at(43)));
    }

    #[test]
    fn the_end_flushes_the_latest_only() {
        let mut sample = Sample::new(Duration::from_secs(10));
        let mut out = Vec::new();
        sample.on_start(at(0));
        for item in ['a', 'b', 'c'] {
            sample.on_item(item, at(1), &mut |item| out.push(item));
        }
        sample.on_end(at(1), &mut |item| out.push(item));
        assert_eq!((sample.deadline(), sample.skipped(), out), (None, 2, vec!['c']));
    }
}
