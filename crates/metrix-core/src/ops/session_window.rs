//! [`SessionWindow`]: windows that last while items keep coming.

use std::ops::Range;
use std::time::Duration;

use futures_core::Stream;

use crate::fold::ToVec;
use crate::macros::{clone_with_fold, opaque_debug};
use crate::{ArrivalTime, Emit, Interval, Merge, Operate, OperateExt, Operator, Timestamp, Window};

/// Adds [`session_window`](Self::session_window) to streams.
pub trait SessionWindowExt: Stream + Sized {
    /// Emits the items of every session as one `Vec`, once no item has come for `gap`.
    ///
    /// The window's bounds are the time of the first item and `gap` after that of the last; an item at that very end
    /// begins the next session. At the end of the input the open session is emitted at once, and so is only then one
    /// whose end lies beyond [`Timestamp::MAX`]. Memory: the items of one session, which lasts for as long as they come;
    /// in event time, of all sessions that the allowed lateness holds open. Where items may never pause, use
    /// [`session_window_with`](Self::session_window_with).
    ///
    /// ```
    /// use metrix_core::prelude::*;
    /// use std::time::Duration;
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let every_2s = tokio_stream::wrappers::IntervalStream::new(tokio::time::interval(Duration::from_secs(2)));
    /// let mut n = 0;
    /// let numbers = every_2s.map(move |_| { n += 1; n });
    /// let clicks = numbers.filter(|n| [1, 2, 3, 11, 12].contains(n)); // at 0, 2, 4, 20 and 22 s
    /// let mut sessions = clicks.session_window(Duration::from_secs(10));
    /// let first = sessions.next().await.unwrap();
    /// assert_eq!(first.value, [1, 2, 3]);
    /// assert_eq!(first.end - first.start, Duration::from_secs(14)); // 4 + 10
    /// assert_eq!(sessions.next().await.unwrap().value, [11, 12]);
    /// # }
    /// ```
    ///
    /// # Panics
    /// If `gap` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn session_window(self, gap: Duration) -> Operate<Self, SessionWindow<Self::Item>, ArrivalTime> {
        self.operate(SessionWindow::new(gap))
    }

    /// Emits what `fold` makes of the items of every session. As [`session_window`](Self::session_window), but the
    /// memory is one state of the fold, however long a session lasts; in event time, one for every open session, of
    /// which there are at most `lateness / gap + 2`.
    ///
    /// ```
    /// use metrix_core::{EventTime, fold::Count, ops::SessionWindow, prelude::*};
    /// use std::time::Duration;
    ///
    /// # futures::executor::block_on(async {
    /// let visits = futures::stream::iter(["/", "/about", "/"]);
    /// let sessions: Vec<Window<u64>> = visits.session_window_with(Duration::from_secs(10), Count).collect().await;
    /// assert_eq!(sessions[0].value, 3);
    ///
    /// // In event time an item can turn out to have come between two sessions, and makes them one.
    /// let seconds = futures::stream::iter([0, 12, 6, 40]);
    /// let event_time = EventTime::new(|at: &i64| Timestamp::from_secs(*at)).lateness(Duration::from_secs(20));
    /// let sessions = seconds.operate_at(SessionWindow::new(Duration::from_secs(10)), event_time);
    /// let sessions: Vec<Vec<i64>> = sessions.map(|session| session.value).collect().await;
    /// assert_eq!(sessions, [vec![0, 6, 12], vec![40]]);
    /// # });
    /// ```
    ///
    /// # Panics
    /// If `gap` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    fn session_window_with<F>(self, gap: Duration, fold: F) -> Operate<Self, SessionWindow<Self::Item, F>, ArrivalTime>
    where
        F: Merge<Self::Item>,
    {
        self.operate(SessionWindow::with(gap, fold))
    }
}

impl<S: Stream> SessionWindowExt for S {}

/// The operator behind [`session_window`](SessionWindowExt::session_window).
///
/// In event time ([`operate_at`](OperateExt::operate_at)) an item that lies within `gap` of two sessions merges them, the
/// earlier one first. It is late if the watermark has passed its own time by `gap` and no open session is near enough
/// to take it. What has been emitted stays as it is: an item that comes in time, but near to a session that has been
/// emitted, begins another.
pub struct SessionWindow<T, F: Merge<T> = ToVec> {
    gap: Interval,
    fold: F,
    /// In the order of time, and at least `gap` apart; nearly always the last one takes the item.
    open: Vec<Session<F::State>>,
}

#[derive(Clone, Copy, Debug)]
struct Session<S> {
    first: Timestamp,
    last: Timestamp,
    state: S,
}

impl<T> SessionWindow<T> {
    /// Collects the items of every session.
    ///
    /// # Panics
    /// If `gap` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn new(gap: Duration) -> Self {
        Self::with(gap, ToVec)
    }
}

impl<T, F: Merge<T>> SessionWindow<T, F> {
    /// Folds the items of every session.
    ///
    /// # Panics
    /// If `gap` is zero or does not fit in a [`Timestamp`].
    #[track_caller]
    pub fn with(gap: Duration, fold: F) -> Self {
        Self { gap: Interval::new(gap), fold, open: Vec::new() }
    }

    /// When a session whose last item came at `last` is over, unless that is beyond time.
    fn end(&self, last: Timestamp) -> Option<Timestamp> {
        Some(last + self.gap).filter(|end| *end < Timestamp::MAX)
    }

    /// Whether an item of this time belongs to the session.
    fn takes(&self, session: &Session<F::State>, at: Timestamp) -> bool {
        // Of these differences at least one is zero.
        (at - session.last).max(session.first - at) < self.gap.as_duration()
    }

    /// The sessions that an item of this time belongs to: none, one, or two that it merges.
    fn around(&self, at: Timestamp) -> Range<usize> {
        let after = self.open.partition_point(|session| session.first <= at);
        let takes = |place: usize| self.open.get(place).is_some_and(|session| self.takes(session, at));
        let from = if after > 0 && takes(after - 1) { after - 1 } else { after };
        let to = if takes(after) { after + 1 } else { after };
        from..to
    }

    /// Takes an item in that does not prolong the newest session.
    #[cold]
    #[inline(never)]
    fn open_or_join(&mut self, item: T, at: Timestamp) {
        let around = self.around(at);
        if around.is_empty() {
            self.open.insert(around.start, Session { first: at, last: at, state: self.fold.init() });
        }
        let session = &mut self.open[around.start];
        self.fold.step(&mut session.state, item);
        session.first = session.first.min(at);
        session.last = session.last.max(at);
        if around.len() == 2 {
            let later = self.open.remove(around.start + 1);
            let session = &mut self.open[around.start];
            self.fold.merge(&mut session.state, later.state);
            session.last = later.last;
        }
    }

    fn emit(&mut self, sessions: usize, out: &mut impl Emit<Window<F::Out>>) {
        for Session { first, last, state } in self.open.drain(..sessions) {
            out.emit(Window { start: first, end: last + self.gap, value: self.fold.finish(state) });
        }
    }
}

opaque_debug!(SessionWindow<T, F: Merge<T>> { gap });
clone_with_fold!(SessionWindow<T, F: Merge<T>> { gap, fold, open });

impl<T, F: Merge<T>> Operator<T> for SessionWindow<T, F> {
    type Out = Window<F::Out>;

    #[inline]
    fn on_item(&mut self, item: T, now: Timestamp, _out: &mut impl Emit<Window<F::Out>>) {
        match self.open.last_mut() {
            Some(session) if session.last <= now && now < session.last + self.gap => {
                self.fold.step(&mut session.state, item);
                session.last = now;
            }
            _ => self.open_or_join(item, now),
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.open.first().and_then(|session| self.end(session.last))
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<Window<F::Out>>) {
        let over = self.open.partition_point(|session| self.end(session.last).is_some_and(|end| end <= now));
        self.emit(over, out);
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<Window<F::Out>>) {
        self.emit(self.open.len(), out);
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        self.end(at).is_some_and(|end| end <= watermark) && self.around(at).is_empty()
    }

    fn size_hint(&self, (_, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        // An item can make one of two.
        let least = if most == Some(0) { self.open.len() } else { self.open.len().min(1) };
        (least, most.and_then(|most| most.checked_add(self.open.len())))
    }
}
