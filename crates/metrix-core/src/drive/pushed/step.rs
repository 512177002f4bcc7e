//! A push: the operator's step, in the thread that has the item.

use std::task::Waker;
use std::time::Duration;

use super::hub::{Hub, OverOnPanic, Parts, Stage, State};
use super::room::Room;
use super::wakes::Wakes;
use crate::drive::{BUDGET, TimeDomain, Wait};
use crate::operator::is_due;
use crate::{EmitError, Operator, Timestamp};

impl<In, O, T> Hub<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    /// Gives the operator the item, or gives it back. If there is no room, `on_full` may leave a waker there, and
    /// gives back the one it replaces.
    #[inline]
    pub(super) fn push(&self, item: In, on_full: impl FnOnce(&mut Room) -> Option<Waker>) -> Result<(), EmitError<In>> {
        let over = OverOnPanic(self);
        let mut state = self.lock();
        let pushed = state.step(item);
        let replaced = match &pushed {
            Err(EmitError::Full(_)) => on_full(&mut state.room),
            Ok(()) | Err(EmitError::Closed(_)) => None,
        };
        let wakes = state.wakes();
        std::mem::forget(over);
        wakes.wake_after(state);
        drop(replaced);
        pushed
    }
}

impl<In, O, T> Hub<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    /// Moves the time of items on, and wakes the stream for what is due then.
    pub(super) fn advance_to(&self, time: Timestamp) {
        let over = OverOnPanic(self);
        let mut state = self.lock();
        if let (Stage::Open, Some(Parts { domain, .. })) = (state.stage, &mut state.parts) {
            domain.advance_to(time);
        }
        let wakes = state.wakes();
        std::mem::forget(over);
        wakes.wake_after(state);
    }

    /// How far time has come with all deadlines served, as long as items may come.
    pub(super) fn served_until(&self) -> Option<Timestamp> {
        let over = OverOnPanic(self);
        let state = self.lock();
        let served = match (state.stage, &state.parts) {
            (Stage::Open, Some(Parts { operator, domain })) => {
                let (deadline, reached) = (operator.deadline(), domain.reached());
                let due = deadline.filter(|deadline| *deadline <= reached);
                Some(due.map_or(reached, |deadline| deadline.saturating_sub(Duration::from_nanos(1))))
            }
            (Stage::Open | Stage::Closed | Stage::Told | Stage::Over, _) => None,
        };
        drop(state);
        std::mem::forget(over);
        served
    }
}

/// Moves the time of items to the deadline of an operator that holds them up, since none could.
fn time_is_up<In>(operator: &impl Operator<In>, domain: &mut impl TimeDomain<In>) -> bool {
    let deadline = if operator.wants_input() { None } else { operator.deadline() };
    deadline.is_some_and(|deadline| domain.wait_for(deadline, true) == Wait::Over)
}

impl<In, O, T> State<In, O, T>
where
    O: Operator<In>,
    T: TimeDomain<In>,
{
    fn step(&mut self, item: In) -> Result<(), EmitError<In>> {
        let full = self.is_full();
        let (Stage::Open, Some(Parts { operator, domain })) = (self.stage, &mut self.parts) else {
            return Err(EmitError::Closed(item));
        };
        // An item of event time can move time to a deadline.
        if full && (T::ITEMS_MOVE_TIME || operator.emits_on_item()) {
            return Err(EmitError::Full(item));
        }
        let emitted = &mut self.emitted;
        let out = &mut |output| emitted.push(output);
        let timed = operator.is_timed();
        if timed {
            domain.sample();
            // An operator whose deadlines never end must not hold the lock for ever.
            let mut budget = BUDGET;
            while is_due(operator, domain.reached()) || T::ITEMS_MOVE_TIME && time_is_up(operator, domain) {
                if full || budget == 0 {
                    return Err(EmitError::Full(item));
                }
                budget -= 1;
                operator.on_time(domain.reached(), out);
            }
        }
        if operator.is_finished() {
            self.stage = Stage::Closed;
            return Err(EmitError::Closed(item));
        }
        if !operator.wants_input() {
            return Err(EmitError::Full(item));
        }
        if let Some((item, at)) = domain.admit(item, |at, mark| operator.is_late(at, mark)) {
            let moved = timed && T::ITEMS_MOVE_TIME && is_due(operator, domain.reached());
            if moved {
                operator.on_time(domain.reached(), out);
                if operator.is_finished() {
                    self.stage = Stage::Closed;
                    return Err(EmitError::Closed(item));
                }
            }
            operator.on_item(item, at, out);
        }
        if operator.is_finished() {
            self.stage = Stage::Closed;
        }
        Ok(())
    }

    /// Who is to be woken for what has changed: nobody, most of the time.
    #[inline]
    pub(super) fn wakes(&mut self) -> Wakes {
        let mut wakes = Wakes::default();
        if self.sleep.is_some() && self.ends_sleep() {
            wakes.stream = self.sleep.take().map(|sleep| sleep.waker);
        }
        if !self.room.waiting.is_empty() && self.ends_waiting() {
            wakes.pushers = Some(std::mem::take(&mut self.room.waiting));
        }
        wakes
    }

    /// Whether the stream has something to do before what it sleeps for.
    fn ends_sleep(&mut self) -> bool {
        if !self.emitted.is_empty() || matches!(self.stage, Stage::Closed | Stage::Over) {
            return true;
        }
        let (Some(Parts { operator, domain }), Some(sleep)) = (&mut self.parts, &self.sleep) else { return false };
        let Some(deadline) = operator.deadline() else { return false };
        if !T::ITEMS_MOVE_TIME {
            return sleep.deadline.is_none_or(|before| deadline < before);
        }
        // Every item can change how long the clock has to go until the same deadline.
        match domain.wait_for(deadline, !operator.wants_input()) {
            Wait::Over => true,
            Wait::Until(at) => sleep.until.is_none_or(|before| at < before),
            Wait::ForItem => false,
        }
    }

    /// Whether there is room again, or never will be.
    #[cold]
    fn ends_waiting(&self) -> bool {
        match (self.stage, &self.parts) {
            (Stage::Open, Some(parts)) => !self.is_full() && parts.operator.wants_input(),
            (Stage::Closed | Stage::Told | Stage::Over, _) | (_, None) => true,
        }
    }
}
