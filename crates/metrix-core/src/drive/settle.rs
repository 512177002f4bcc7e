//! What the driver does between items, out of the way of its loop.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::outlet::{Outlet, OverOnPanic, Phase};
use super::{Operate, TimeDomain, Wait};
use crate::Operator;
use crate::operator::is_due;

/// Why no more items are pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    NoInput,
    Queued,
    Deadline,
    Unwanted,
    Ended,
    Pending,
}

impl<S, O, T> Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
    T: TimeDomain<S::Item>,
{
    /// Does what there is to do when no item comes: hands out what is queued, serves a deadline, ends, or waits.
    /// `input_ended` says that the input has just ended. Returns nothing if items may be pulled again.
    #[cold]
    #[inline(never)]
    pub(super) fn settle(self: Pin<&mut Self>, cx: &mut Context<'_>, stop: Stop) -> Option<Poll<Option<O::Out>>> {
        let mut this = self.project();
        if stop == Stop::Ended {
            this.input.set(None);
        }
        match *this.phase {
            Phase::Over => {
                this.input.set(None);
                *this.emitted = VecDeque::new();
                return Some(Poll::Ready(None));
            }
            Phase::Draining => {
                let output = this.emitted.pop_front();
                if this.emitted.is_empty() {
                    *this.phase = Phase::Flowing;
                }
                return output.map(|output| Poll::Ready(Some(output)));
            }
            Phase::Flowing => {}
        }
        let over = OverOnPanic(this.phase);
        let mut out = Outlet::new(this.emitted);
        let (operator, domain) = (this.operator, this.domain);
        let ended = this.input.is_none() && !*this.end_told;
        let mut polled = None;
        if is_due(operator, domain.reached()) {
            operator.on_time(domain.reached(), &mut out);
        } else if ended || operator.is_finished() && !*this.end_told {
            *this.end_told = true;
            this.input.set(None);
            operator.on_end(domain.end(), &mut out);
        } else if let Some(deadline) = operator.deadline() {
            // Where only an item could move time, none does while the operator holds up the input.
            let none_before = this.input.is_none() || !operator.wants_input();
            polled = match domain.wait_for(deadline, none_before) {
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
}
