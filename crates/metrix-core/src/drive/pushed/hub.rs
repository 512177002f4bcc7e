//! What the pushers and the stream have in common: the operator, what it has emitted, and who waits for what.
//!
//! One lock. While it is held no code runs that isn't ours, save for the operator, the functions of its event time, and the
//! clone of a task's waker: outputs and operators are dropped, timers are polled and tasks are woken outside. The model
//! checker's test is `tests/loom_pushed.rs`.

use std::num::NonZeroUsize;
use std::task::Waker;

use tokio::time::Instant;

use super::emitted::Emitted;
use super::room::Room;
use super::wakes::Wakes;
use crate::sync::{Mutex, MutexGuard};
use crate::{Operator, Timestamp};

pub(super) struct Hub<In, O: Operator<In>, T>(Mutex<State<In, O, T>>);

pub(super) struct State<In, O: Operator<In>, T> {
    /// There until the stream has ended or is dropped.
    pub(super) parts: Option<Parts<O, T>>,
    pub(super) emitted: Emitted<O::Out>,
    pub(super) bound: NonZeroUsize,
    pub(super) stage: Stage,
    pub(super) sleep: Option<StreamSleep>,
    pub(super) room: Room,
    pushers: usize,
}

pub(super) struct Parts<O, T> {
    pub(super) operator: O,
    pub(super) domain: T,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Items may be pushed.
    Open,
    /// No more may, and the operator is to be told.
    Closed,
    /// It has been told, and may still have deadlines.
    Told,
    /// Only what has been emitted is left, if anything is.
    Over,
}

/// What the stream sleeps for, besides an output.
pub(super) struct StreamSleep {
    pub(super) waker: Waker,
    pub(super) deadline: Option<Timestamp>,
    pub(super) until: Option<Instant>,
}

impl<In, O: Operator<In>, T> Hub<In, O, T> {
    /// With one pusher.
    pub(super) fn new(operator: O, domain: T, bound: NonZeroUsize) -> Self {
        Self(Mutex::new(State {
            parts: Some(Parts { operator, domain }),
            emitted: Emitted::new(),
            bound,
            stage: Stage::Open,
            sleep: None,
            room: Room::default(),
            pushers: 1,
        }))
    }

    /// A poisoned lock says that the operator has panicked, or a function of its event time, and may be half-way in what it
    /// did. Nothing else panics under the lock.
    #[inline]
    pub(super) fn lock(&self) -> MutexGuard<'_, State<In, O, T>> {
        self.0.lock().unwrap_or_else(|poisoned| {
            let mut state = poisoned.into_inner();
            state.stage = Stage::Over;
            state
        })
    }

    pub(super) fn enter(&self) {
        self.lock().pushers += 1;
    }

    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.pushers -= 1;
        if state.pushers == 0 {
            state.close().wake_after(state);
        }
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.close().wake_after(state);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().stage != Stage::Open
    }

    /// The stream is dropped.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.stage = Stage::Over;
        let wakes = state.all_wakes();
        let rest = (state.parts.take(), std::mem::replace(&mut state.emitted, Emitted::new()));
        wakes.wake_after(state);
        drop(rest);
    }

    /// How many outputs wait.
    pub(super) fn waiting(&self) -> usize {
        self.lock().emitted.waiting()
    }

    /// How many outputs are left, as least and most: those that wait, and those that are still to come.
    pub(super) fn to_come(&self) -> (usize, Option<usize>) {
        let over = OverOnPanic(self);
        let state = self.lock();
        let (least, most) = match (state.stage, &state.parts) {
            (Stage::Over, _) | (_, None) => (0, Some(0)),
            (Stage::Open, Some(parts)) => parts.operator.size_hint((0, None)),
            (Stage::Closed | Stage::Told, Some(parts)) => parts.operator.size_hint((0, Some(0))),
        };
        let waiting = state.emitted.len();
        drop(state);
        std::mem::forget(over);
        (least.saturating_add(waiting), most.and_then(|most| most.checked_add(waiting)))
    }

    /// Gives back the waker, to be dropped without the lock.
    pub(super) fn forget_waiter(&self, id: u64) -> Option<Waker> {
        self.lock().room.waiting.remove(&id)
    }
}

impl<In, O: Operator<In>, T> State<In, O, T> {
    fn close(&mut self) -> Wakes {
        if self.stage != Stage::Open {
            return Wakes::default();
        }
        self.stage = Stage::Closed;
        self.all_wakes()
    }

    pub(super) fn all_wakes(&mut self) -> Wakes {
        let stream = self.sleep.take().map(|sleep| sleep.waker);
        Wakes { stream, pushers: Some(std::mem::take(&mut self.room.waiting)) }
    }

    pub(super) fn is_full(&self) -> bool {
        self.emitted.waiting() >= self.bound.get()
    }
}

/// Ends the stream, should the operator panic: made before the lock is taken, so that it is dropped after that is released.
pub(super) struct OverOnPanic<'a, In, O: Operator<In>, T>(pub(super) &'a Hub<In, O, T>);

impl<In, O: Operator<In>, T> Drop for OverOnPanic<'_, In, O, T> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.stage = Stage::Over;
        state.all_wakes().wake_after(state);
    }
}
