//! [`Operate`], the one driver: it makes a stream of an operator, and knows what time it is.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;
use tokio::time::{Instant, Sleep};

use crate::event_time::{EventTime, EventTimeDomain, Late};
use crate::operator::is_done;
use crate::{Emit, Operator, Timestamp};

pub(crate) mod clock;
mod domain;

pub use domain::{ArrivalTime, TimeDomain, Wait};

/// The most items or deadlines that one poll handles before it lets other tasks run.
const BUDGET: usize = 256;

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
/// emitted before it pulls more; handles at most a few hundred items a poll and then wakes itself, so that an input
/// that is always ready starves neither timers nor other tasks; drops its input as soon as that ends, never polls it
/// again, and ends when the operator has no deadline left. If the operator or the input panics, the stream is over.
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

/// What the next poll has to begin with. One look at it tells whether anything but pulling items is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing that was emitted is left.
    Flowing,
    /// Outputs wait in the queue.
    Draining,
    /// The stream has ended.
    Over,
}

impl<S, O, T> Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
    T: TimeDomain<S::Item>,
{
    fn new(input: S, mut operator: O, domain: T) -> Self {
        operator.on_start(domain.start());
        let alarm = Alarm { sleep: None };
        Self {
            input: Some(input),
            operator,
            domain,
            emitted: VecDeque::new(),
            alarm,
            phase: Phase::Flowing,
            end_told: false,
        }
    }

    /// Does what there is to do when no item comes: hands out what is queued, serves a deadline, ends, or waits.
    /// Returns nothing if items may be pulled again.
    #[cold]
    #[inline(never)]
    fn settle(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Option<Poll<Option<O::Out>>> {
        let mut this = self.project();
        match *this.phase {
            Phase::Over => {
                this.input.set(None);
                return Some(Poll::Ready(None));
            }
            Phase::Draining => match this.emitted.pop_front() {
                Some(output) => return Some(Poll::Ready(Some(output))),
                None => {
                    // The input has not been asked in this poll yet.
                    *this.phase = Phase::Flowing;
                    return None;
                }
            },
            Phase::Flowing => {}
        }
        let over = OverOnPanic(this.phase);
        let mut out = Outlet::new(this.emitted);
        let (operator, domain) = (this.operator, this.domain);
        let ended = this.input.is_none() && !*this.end_told;
        let mut polled = None;
        if is_due(operator, domain.reached()) {
            operator.on_time(domain.reached(), &mut out);
        } else if ended || is_done(operator) && !*this.end_told {
            *this.end_told = true;
            this.input.set(None);
            operator.on_end(domain.end(), &mut out);
        } else if let Some(deadline) = operator.deadline() {
            polled = match domain.wait_for(deadline, this.input.is_none()) {
                Wait::Over => None,
                Wait::Until(at) => this.alarm.poll_until(at, cx).is_pending().then_some(Poll::Pending),
                Wait::ForItem => Some(Poll::Pending),
            };
        } else if this.input.is_none() {
            polled = Some(Poll::Ready(None));
        } else {
            polled = Some(Poll::Pending);
        }
        if let Some(first) = out.first {
            *over.0 = out.next;
            polled = Some(Poll::Ready(Some(first)));
        } else if let Some(Poll::Ready(None)) = polled {
            *over.0 = Phase::Over;
        }
        std::mem::forget(over);
        polled
    }

    /// The operator, for what it has to tell of itself.
    pub fn operator(&self) -> &O {
        &self.operator
    }
}

/// Keeps an operator's first output at hand and queues the others, so that most outputs never see the queue.
struct Outlet<'a, T> {
    first: Option<T>,
    /// What there is to do after the first is handed out.
    next: Phase,
    queue: &'a mut VecDeque<T>,
}

impl<'a, T> Outlet<'a, T> {
    #[inline]
    fn new(queue: &'a mut VecDeque<T>) -> Self {
        Self { first: None, next: Phase::Flowing, queue }
    }
}

impl<T> Emit<T> for Outlet<'_, T> {
    #[inline]
    fn emit(&mut self, output: T) {
        if self.first.is_none() {
            self.first = Some(output);
        } else {
            self.queue.push_back(output);
            self.next = Phase::Draining;
        }
    }
}

/// Leaves a stream that is over, should the operator or the input panic.
struct OverOnPanic<'a>(&'a mut Phase);

impl Drop for OverOnPanic<'_> {
    fn drop(&mut self) {
        *self.0 = Phase::Over;
    }
}

/// At most one timer, moved rather than made anew.
#[derive(Debug)]
struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    fn poll_until(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
        if sleep.deadline() != at {
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }
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
        let mut budget = BUDGET;
        loop {
            let mut this = self.as_mut().project();
            let (operator, domain) = (this.operator, this.domain);
            let timed = operator.is_timed();
            if timed {
                domain.sample();
            }
            // In arrival time no item can make a deadline due, so one look is enough.
            let hot = *this.phase == Phase::Flowing && !(timed && is_due(operator, domain.reached()));
            if let (true, Some(mut input)) = (hot, this.input.as_mut().as_pin_mut()) {
                let over = OverOnPanic(this.phase);
                let mut ended = false;
                while budget > 0 && operator.wants_input() {
                    let item = match input.as_mut().poll_next(cx) {
                        Poll::Ready(Some(item)) => item,
                        Poll::Ready(None) => {
                            ended = true;
                            break;
                        }
                        Poll::Pending => break,
                    };
                    let mut out = Outlet::new(this.emitted);
                    if let Some((item, at)) = domain.admit(item, |at, mark| operator.is_late(at, mark)) {
                        if timed && T::ITEMS_MOVE_TIME && is_due(operator, domain.reached()) {
                            operator.on_time(domain.reached(), &mut out);
                        }
                        operator.on_item(item, at, &mut out);
                    }
                    if let Some(first) = out.first {
                        if out.next != Phase::Flowing {
                            *over.0 = out.next;
                        }
                        std::mem::forget(over);
                        return Poll::Ready(Some(first));
                    }
                    budget -= 1;
                }
                std::mem::forget(over);
                if ended {
                    this.input.set(None);
                }
            }
            if budget == 0 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if let Some(polled) = self.as_mut().settle(cx) {
                return polled;
            }
            budget -= 1;
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.phase == Phase::Over {
            return (0, Some(0));
        }
        let queued = self.emitted.len();
        let items = self.input.as_ref().map_or((0, Some(0)), Stream::size_hint);
        let (least, most) = self.operator.size_hint(items);
        (least.saturating_add(queued), most.and_then(|most| most.checked_add(queued)))
    }
}

/// Whether the operator is to be told the time.
#[inline]
fn is_due<In>(operator: &impl Operator<In>, now: Timestamp) -> bool {
    operator.deadline().is_some_and(|deadline| deadline <= now)
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
