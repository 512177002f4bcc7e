//! [`Operate`], the one driver: it makes a stream of an operator, and knows what time it is.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use crate::event_time::{EventTime, EventTimeDomain, Late};
use crate::operator::is_due;
use crate::{Operator, Timestamp};

mod alarm;
pub(crate) mod clock;
mod domain;
mod outlet;
mod plain;
mod pushed;
mod settle;

use alarm::Alarm;
use outlet::{Outlet, OverOnPanic, Phase};
use settle::Stop;

pub use domain::{ArrivalTime, TimeDomain, Wait};
pub use pushed::{Elements, Pushed, Pusher, pushed, pushed_at};

/// The most items or deadlines that one poll of any stream here handles before it lets other tasks run.
pub(crate) const BUDGET: usize = 1024;

/// Runs operators on streams.
pub trait OperateExt: Stream + Sized {
    /// Runs `operator` in arrival time: an item's time is the moment at which the driver sees it, by tokio's clock.
    ///
    /// See [`Operate`] for what the driver does.
    fn operate<O: Operator<Self::Item>>(self, operator: O) -> Operate<Self, O, ArrivalTime> {
        let arrival_time = ArrivalTime::new(operator.is_timed());
        Operate::new(self, operator, arrival_time)
    }

    /// Runs `operator` in event time: an item's time is the one that it carries, and no clock is read.
    ///
    /// See [`EventTime`] for lateness, the late output and idle inputs, and [`Operate`] for what the driver does.
    fn operate_at<O, F, L>(self, operator: O, event_time: EventTime<F, L>) -> Operate<Self, O, EventTimeDomain<F, L>>
    where
        O: Operator<Self::Item>,
        F: FnMut(&Self::Item) -> Timestamp,
        L: FnMut(Late<Self::Item>),
    {
        Operate::new(self, operator, event_time.into_domain())
    }
}

impl<S: Stream> OperateExt for S {}

/// The stream that an operator makes of an input stream.
///
/// It samples the time once a poll; serves a deadline that is due before the next item; hands out all that was
/// emitted before it pulls more; handles at most a thousand items a poll and then wakes itself, so that an input
/// that is always ready starves neither timers nor other tasks; drops its input as soon as that ends, never polls it
/// again, and ends when the operator has no deadline left. If the operator or the input panics, the stream is over, and
/// what the operator emitted in that very call is lost.
///
/// In arrival time an operator that has a deadline needs a tokio runtime with its timer enabled.
///
/// Memory: the operator's own, and what one call of the operator emits.
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
{
    #[pin]
    input: Option<S>,
    operator: O,
    domain: T,
    emitted: VecDeque<O::Out>,
    alarm: Alarm,
    phase: Phase,
    end_told: bool,
}

impl<S, O, T> Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
    T: TimeDomain<S::Item>,
{
    fn new(input: S, mut operator: O, domain: T) -> Self {
        operator.on_start(domain.start());
        Self {
            input: Some(input),
            operator,
            domain,
            emitted: VecDeque::new(),
            alarm: Alarm::default(),
            phase: Phase::Flowing,
            end_told: false,
        }
    }

    /// The operator, for what it has to tell of itself.
    pub fn operator(&self) -> &O {
        &self.operator
    }
}

/// Lets other tasks run, and asks to be polled again.
#[cold]
#[inline(never)]
fn yield_now<T>(cx: &Context<'_>) -> Poll<T> {
    cx.waker().wake_by_ref();
    Poll::Pending
}

impl<S, O, T> Stream for Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
    T: TimeDomain<S::Item>,
{
    type Item = O::Out;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<O::Out>> {
        if self.operator.is_plain() {
            return self.poll_plain(cx);
        }
        let mut budget = BUDGET;
        loop {
            let this = self.as_mut().project();
            let (operator, domain) = (this.operator, this.domain);
            let stop = 'items: {
                if *this.phase != Phase::Flowing {
                    break 'items Stop::Queued;
                }
                let over = OverOnPanic(this.phase);
                let timed = operator.is_timed();
                if timed {
                    domain.sample();
                    // Only the clock, or an item that moves time, makes a deadline due: one look is enough.
                    if is_due(operator, domain.reached()) {
                        std::mem::forget(over);
                        break 'items Stop::Deadline;
                    }
                }
                let Some(mut input) = this.input.as_pin_mut() else {
                    std::mem::forget(over);
                    break 'items Stop::NoInput;
                };
                let stop = loop {
                    if !operator.wants_input() {
                        break Stop::Unwanted;
                    }
                    let item = match input.as_mut().poll_next(cx) {
                        Poll::Ready(Some(item)) => item,
                        Poll::Ready(None) => break Stop::Ended,
                        Poll::Pending => break Stop::Pending,
                    };
                    let mut out = Outlet::new(this.emitted);
                    if let Some((item, at)) = domain.admit(item, |at, mark| operator.is_late(at, mark)) {
                        let moved = timed && T::ITEMS_MOVE_TIME && is_due(operator, domain.reached());
                        if moved {
                            operator.on_time(domain.reached(), &mut out);
                        }
                        if !(moved && operator.is_finished()) {
                            operator.on_item(item, at, &mut out);
                        }
                    }
                    if let Some(first) = out.first {
                        if out.next != Phase::Flowing {
                            *over.0 = out.next;
                        }
                        std::mem::forget(over);
                        if operator.is_finished() {
                            self.project().input.set(None);
                        }
                        return Poll::Ready(Some(first));
                    }
                    budget -= 1;
                    if budget == 0 {
                        std::mem::forget(over);
                        return yield_now(cx);
                    }
                };
                std::mem::forget(over);
                stop
            };
            if let Some(polled) = self.as_mut().settle(cx, stop) {
                return polled;
            }
            budget -= 1;
            if budget == 0 {
                return yield_now(cx);
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.phase == Phase::Over {
            return (0, Some(0));
        }
        let queued = self.emitted.len();
        let items = self.input.as_ref().map_or((0, Some(0)), Stream::size_hint);
        // Where items have times of their own, any of them may be late.
        let items = if T::ITEMS_MOVE_TIME { (0, items.1) } else { items };
        let (least, most) = self.operator.size_hint(items);
        (least.saturating_add(queued), most.and_then(|most| most.checked_add(queued)))
    }
}

impl<S, O, T> FusedStream for Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
    T: TimeDomain<S::Item>,
{
    fn is_terminated(&self) -> bool {
        self.phase == Phase::Over
    }
}

impl<S, O, T> fmt::Debug for Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item> + fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operate")
            .field("operator", &self.operator)
            .field("emitted", &self.emitted.len())
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}
