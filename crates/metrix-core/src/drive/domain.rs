//! [`TimeDomain`]: where an operator's `now` comes from, and [`ArrivalTime`], the domain of the clock.

use tokio::time::Instant;

use super::clock;
use crate::Timestamp;

/// What a driver does until a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The deadline is reached.
    Over,
    /// It is reached at this moment on the clock, if no item comes before.
    Until(Instant),
    /// Only an item can bring it nearer.
    ForItem,
}

/// Where `now` comes from. The driver knows it; the operators do not.
pub trait TimeDomain<In> {
    /// Whether an item can move time on, so that a deadline may be due before the item is handled.
    const ITEMS_MOVE_TIME: bool;

    /// The time before anything has happened.
    fn start(&self) -> Timestamp;

    /// Reads the clock, if there is one to read. Called once a poll, and after a wait.
    fn sample(&mut self);

    /// The time that deadlines are compared with. It never goes back.
    fn reached(&self) -> Timestamp;

    /// An item has come: gives it back with its time, or keeps it if it
    /// is late by the operator's answer for its time and the watermark.
    fn admit(&mut self, item: In, is_late: impl FnOnce(Timestamp, Timestamp) -> bool) -> Option<(In, Timestamp)>;

    /// The input has ended: the time to tell the operator.
    fn end(&mut self) -> Timestamp;

    /// Somebody knows that time has come this far, though no item says so. Where a clock tells the time, that means nothing.
    fn advance_to(&mut self, _time: Timestamp) {}

    /// How to wait for a deadline; `none_before` says that no item will come before it.
    fn wait_for(&mut self, deadline: Timestamp, none_before: bool) -> Wait;
}

/// Time is when the driver sees an item, by tokio's monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct ArrivalTime {
    now: Timestamp,
}

impl ArrivalTime {
    pub(super) fn new(timed: bool) -> Self {
        Self { now: if timed { clock::now() } else { Timestamp::EPOCH } }
    }
}

impl<In> TimeDomain<In> for ArrivalTime {
    const ITEMS_MOVE_TIME: bool = false;

    fn start(&self) -> Timestamp {
        self.now
    }

    fn sample(&mut self) {
        self.now = self.now.max(clock::now());
    }

    #[inline]
    fn reached(&self) -> Timestamp {
        self.now
    }

    #[inline]
    fn admit(&mut self, item: In, _is_late: impl FnOnce(Timestamp, Timestamp) -> bool) -> Option<(In, Timestamp)> {
        Some((item, self.now))
    }

    fn end(&mut self) -> Timestamp {
        self.now
    }

    fn wait_for(&mut self, deadline: Timestamp, _none_before: bool) -> Wait {
        if deadline <= self.now {
            return Wait::Over;
        }
        Wait::Until(clock::instant_of(deadline))
    }
}
