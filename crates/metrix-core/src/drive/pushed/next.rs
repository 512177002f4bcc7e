//! A poll of the stream: what has come out, what is due by the clock, and the end.

use std::task::Context;

use tokio::time::Instant;

use super::hub::{Hub, OverOnPanic, Parts, Stage, State, StreamSleep};
use crate::Operator;
use crate::drive::{TimeDomain, Wait};
use crate::operator::is_due;

/// What the stream is to do.
pub(super) enum Next<Out> {
    Give(Out),
    /// Ask again: the operator has had something to do.
    Again,
    /// Sleep until this moment or a wake, which it can rely on.
    Sleep(Option<Instant>),
    End,
}

impl<In, O, T> Hub<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    pub(super) fn next(&self, cx: &Context<'_>) -> Next<O::Out> {
        let over = OverOnPanic(self);
        let mut state = self.lock();
        let before = state.sleep.take();
        let next = state.next();
        if let Next::Sleep(until) = next {
            let waker = cx.waker().clone();
            let deadline = state.parts.as_ref().and_then(|parts| parts.operator.deadline());
            state.sleep = Some(StreamSleep { waker, deadline, until });
        }
        let wakes = state.wakes();
        let done = if let Next::End = next { state.parts.take() } else { None };
        std::mem::forget(over);
        wakes.wake_after(state);
        drop((before, done));
        next
    }
}

impl<In, O, T> Hub<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    /// When the operator's deadline is by the clock, where only that moves time; none once the pushers are closed, as all that is open
    /// ends then.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let over = OverOnPanic(self);
        let mut state = self.lock();
        let deadline = match (state.stage, &mut state.parts) {
            (Stage::Open, Some(Parts { operator, domain })) if !T::ITEMS_MOVE_TIME => {
                operator.deadline().map(|deadline| domain.wait_for(deadline, false))
            }
            _ => None,
        };
        drop(state);
        std::mem::forget(over);
        match deadline {
            Some(Wait::Until(at)) => Some(at),
            _ => None,
        }
    }
}

impl<In, O, T> State<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    fn next(&mut self) -> Next<O::Out> {
        if let Some(output) = self.emitted.pop() {
            return Next::Give(output);
        }
        let (Stage::Open | Stage::Closed | Stage::Told, Some(Parts { operator, domain })) =
            (self.stage, &mut self.parts)
        else {
            return Next::End;
        };
        let emitted = &mut self.emitted;
        let out = &mut |output| emitted.push(output);
        if operator.is_timed() {
            domain.sample();
        }
        if is_due(operator, domain.reached()) {
            operator.on_time(domain.reached(), out);
            return Next::Again;
        }
        if self.stage == Stage::Closed || self.stage == Stage::Open && operator.is_finished() {
            self.stage = Stage::Told;
            operator.on_end(domain.end(), out);
            return Next::Again;
        }
        let Some(deadline) = operator.deadline() else {
            if self.stage == Stage::Told {
                self.stage = Stage::Over;
                return Next::End;
            }
            return Next::Sleep(None);
        };
        // Where only an item could move time, none does while the operator holds up the input.
        let none_before = self.stage == Stage::Told || !operator.wants_input();
        match domain.wait_for(deadline, none_before) {
            Wait::Over => Next::Again,
            Wait::Until(at) => Next::Sleep(Some(at)),
            Wait::ForItem => Next::Sleep(None),
        }
    }
}
