//! [`TimedWindowUnique`]: windows of items that differ by a key.

use std::hash::Hash;
use std::time::Duration;

use futures_core::Stream;

use super::{Keep, TimedWindow};
use crate::fold::{UniqueBy, unique_by};
use crate::{ArrivalTime, Operate, OperateExt};

/// The operator behind [`timed_window_unique`](TimedWindowUniqueExt::timed_window_unique): a window under a fold.
pub type TimedWindowUnique<T, F> = TimedWindow<T, UniqueBy<F>>;

/// Adds [`timed_window_unique`](Self::timed_window_unique) to streams.
pub trait TimedWindowUniqueExt: Stream + Sized {
    /// Emits, when each `interval` is over, one item for every key in it: the first or the last, as `keep` says, in the
    /// order in which those that are kept came.
    ///
    /// When windows begin and end, and what becomes of the open one at the end of the input, is as for
    /// [`timed_window`](super::TimedWindowExt::timed_window); no window without items is emitted. Memory: one item and
    /// key for every distinct key of one window, or twice that with [`Keep::Last`].
    ///
    /// ```
    /// use metrix_core::{ops::Keep, prelude::*};
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let every_2s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(2)));
    /// let mut n = 0;
    /// let counted = every_2s.map(move |_| { n += 1; n });
    /// let mut windows = counted.timed_window_unique(Duration::from_secs(10), |n| n % 3, Keep::Last);
    /// assert_eq!(windows.next().await.unwrap().value, [3, 4, 5]); // of 1 to 5
    /// assert_eq!(windows.next().await.unwrap().value, [8, 9, 10]); // of 6 to 10
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `interval` is zero or does not fit in a [`Timestamp`](crate::Timestamp).
    #[track_caller]
    fn timed_window_unique<K, F>(
        self,
        interval: Duration,
        key: F,
        keep: Keep,
    ) -> Operate<Self, TimedWindowUnique<Self::Item, F>, ArrivalTime>
    where
        F: Fn(&Self::Item) -> K,
        K: Hash + Eq,
    {
        self.operate(TimedWindow::with(interval, unique_by(key, keep)))
    }
}

impl<S: Stream> TimedWindowUniqueExt for S {}
