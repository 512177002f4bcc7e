//! [`Windows`]: which windows of time a stream sums up.

use std::time::Duration;

use metrix_core::ops::TimedWindow;
use metrix_core::{Fold, Timestamp};

use super::measurement::Measurement;

/// Which windows of time a stream sums up.
///
/// ```
/// use metrix::Windows;
/// use std::time::Duration;
///
/// let by_the_minute = Windows::every(Duration::from_secs(60)).event_time(Duration::from_secs(5));
/// # let _ = by_the_minute;
/// ```
#[derive(Clone, Debug)]
pub struct Windows {
    pub(super) every: Duration,
    pub(super) origin: Option<Timestamp>,
    /// In event time; `None` in arrival time.
    pub(super) lateness: Option<Duration>,
    pub(super) idle: Option<Duration>,
}

impl Windows {
    /// Windows of this length, one after the other, in arrival time.
    pub fn every(every: Duration) -> Self {
        Self { every, origin: None, lateness: None, idle: None }
    }

    /// Aligns the windows so that one of them starts at `origin`, such as [`Timestamp::EPOCH`]; without this, the first
    /// starts when the stream is built, or, in event time, one at the epoch.
    pub fn aligned_to(self, origin: Timestamp) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// Puts measurements into the window of the time they were [sent with](crate::MSender::try_send_at); those sent without have
    /// the time at which they come. A window is over when a measurement has come that is `lateness` younger than its end;
    /// what comes for it later is counted as late. See [`EventTime`](metrix_core::EventTime).
    pub fn event_time(self, lateness: Duration) -> Self {
        Self { lateness: Some(lateness), ..self }
    }

    /// The operator, with what it folds.
    pub(super) fn of<F: Fold<Measurement>>(&self, fold: F) -> TimedWindow<Measurement, F> {
        let window = TimedWindow::with(self.every, fold);
        match self.origin {
            Some(origin) => window.aligned_to(origin),
            None => window,
        }
    }

    /// In event time, lets time go on by the clock while nothing has come for `idle`, so that windows close. In arrival
    /// time it changes nothing.
    pub fn idle(self, idle: Duration) -> Self {
        Self { idle: Some(idle), ..self }
    }
}

impl From<Duration> for Windows {
    fn from(every: Duration) -> Self {
        Self::every(every)
    }
}
