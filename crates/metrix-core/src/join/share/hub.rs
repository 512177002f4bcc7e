//! What the outputs of a share have in common: the input, the items that wait for each output, and who is to be woken.
//!
//! Two locks, this one and then the alarm's, each held for a few moves only. While one is held no code runs that isn't
//! ours, save for the clone of a task's waker: the input is polled, items are cloned and dropped, and tasks are woken
//! outside. The model checker's test is `tests/loom_share.rs`.

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;

use super::Slow;
use super::alarm::Alarm;
use crate::sync::{Mutex, MutexGuard};

pub(super) struct Hub<S: Stream> {
    slow: Slow,
    state: Mutex<State<S>>,
    alarm: Arc<Alarm>,
    /// What the input wakes: the alarm.
    waker: Waker,
}

struct State<S: Stream> {
    input: Input<S>,
    /// What the input said of the items to come when it was last polled.
    hint: (usize, Option<usize>),
    outputs: BTreeMap<u64, Output<S::Item>>,
    next_id: u64,
}

enum Input<S: Stream> {
    Idle(Driven<S>),
    /// One of the outputs has it, and is polling it.
    Polled,
    Over,
}

impl<S: Stream> Input<S> {
    /// Takes the input to poll it, unless another does or it is over.
    fn take(&mut self) -> Option<Driven<S>> {
        match std::mem::replace(self, Self::Polled) {
            Self::Idle(driven) => Some(driven),
            other @ (Self::Polled | Self::Over) => {
                *self = other;
                None
            }
        }
    }
}

struct Driven<S: Stream> {
    input: Pin<Box<S>>,
    /// Room for the clones of one item; empty between the polls.
    clones: Vec<S::Item>,
}

struct Output<T> {
    waiting: VecDeque<T>,
    dropped: u64,
}

/// Who gets a clone of the item that is polled: the outputs that are there now.
#[derive(Clone, Copy)]
struct Others {
    count: usize,
    came_before: u64,
}

/// What an output that wants an item is to do.
enum Next<S: Stream> {
    Take(S::Item),
    Poll(Driven<S>, Others),
    Wait,
    End,
}

impl<S: Stream> Hub<S> {
    pub(super) fn new(input: S, slow: Slow) -> Self {
        let hint = input.size_hint();
        let input = Input::Idle(Driven { input: Box::pin(input), clones: Vec::new() });
        let state = Mutex::new(State { input, hint, outputs: BTreeMap::new(), next_id: 0 });
        let alarm = Arc::new(Alarm::new());
        let waker = Waker::from(Arc::clone(&alarm));
        Self { slow, state, alarm, waker }
    }

    /// Nothing that is done under the lock panics half-way, so what it guards is whole in any case.
    fn lock(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn slow(&self) -> Slow {
        self.slow
    }

    /// A new output's number. The numbers rise.
    pub(super) fn enter(&self) -> u64 {
        let mut state = self.lock();
        let id = state.next_id;
        state.next_id += 1;
        state.outputs.insert(id, Output { waiting: VecDeque::new(), dropped: 0 });
        id
    }

    pub(super) fn leave(&self, id: u64) {
        let mut state = self.lock();
        let output = state.outputs.remove(&id);
        let input = state.outputs.is_empty().then(|| std::mem::replace(&mut state.input, Input::Over));
        drop(state);
        drop((output, input));
        self.alarm.wake_others(id);
    }

    pub(super) fn dropped(&self, id: u64) -> u64 {
        self.lock().outputs.get(&id).map_or(0, |output| output.dropped)
    }

    pub(super) fn size_hint(&self, id: u64) -> (usize, Option<usize>) {
        let state = self.lock();
        let waiting = state.outputs.get(&id).map_or(0, |output| output.waiting.len());
        let (least, most) = match state.input {
            Input::Idle(_) => state.hint,
            // The item that is on its way may be older than this output.
            Input::Polled => (state.hint.0.saturating_sub(1), state.hint.1),
            Input::Over => (0, Some(0)),
        };
        let least = waiting.saturating_add(least);
        let kept = match self.slow {
            Slow::Lockstep | Slow::Bounded(_) => least,
            Slow::DropOldest(n) => least.min(n.get()),
        };
        (kept, most.and_then(|most| most.checked_add(waiting)))
    }
}

impl<S: Stream<Item: Clone>> Hub<S> {
    pub(super) fn poll_next(&self, id: u64, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let (mut driven, others) = match self.next(id, cx) {
            Next::Take(item) => return Poll::Ready(Some(item)),
            Next::Poll(driven, others) => (driven, others),
            Next::Wait => return Poll::Pending,
            Next::End => return Poll::Ready(None),
        };
        let over = OverOnPanic { hub: self, id };
        let polled = driven.input.as_mut().poll_next(&mut Context::from_waker(&self.waker));
        match &polled {
            Poll::Ready(Some(item)) => self.hand_out(id, item, driven, others),
            Poll::Ready(None) => {
                drop(driven);
                self.end(id);
            }
            Poll::Pending => {
                let hint = driven.input.size_hint();
                let mut state = self.lock();
                state.hint = hint;
                state.input = Input::Idle(driven);
                let replaced = self.alarm.set(id, cx.waker());
                drop(state);
                drop(replaced);
                // If the input woke meanwhile, those who came by since then found it being polled, and wait.
                self.alarm.wake_if_ready();
            }
        }
        std::mem::forget(over);
        polled
    }

    fn next(&self, id: u64, cx: &Context<'_>) -> Next<S> {
        let mut state = self.lock();
        let Some(output) = state.outputs.get_mut(&id) else { return Next::End };
        if let Some(item) = output.waiting.pop_front() {
            let was_full = output.waiting.len() + 1 == self.slow.bound();
            let frees = self.slow.holds_up() && was_full && !self.is_held_up(&state);
            drop(state);
            if frees {
                self.alarm.wake_others(id);
            }
            return Next::Take(item);
        }
        if matches!(state.input, Input::Over) {
            return Next::End;
        }
        let others = Others { count: state.outputs.len() - 1, came_before: state.next_id };
        let may_poll = matches!(state.input, Input::Idle(_)) && !self.is_held_up(&state);
        let mut ready = may_poll && self.alarm.take_ready();
        let mut replaced = None;
        if !ready {
            replaced = self.alarm.set(id, cx.waker());
            // The input may have woken in between. Whatever changes from here on wakes this task.
            ready = may_poll && self.alarm.take_ready();
        }
        let driven = if ready { state.input.take() } else { None };
        drop(state);
        drop(replaced);
        driven.map_or(Next::Wait, |driven| Next::Poll(driven, others))
    }

    /// Whether an output has so many items waiting that the input may not be polled.
    fn is_held_up(&self, state: &State<S>) -> bool {
        let bound = self.slow.bound();
        self.slow.holds_up() && state.outputs.values().any(|output| output.waiting.len() >= bound)
    }

    /// Gives a clone of the item to every output but to the one that has polled it.
    fn hand_out(&self, id: u64, item: &S::Item, mut driven: Driven<S>, others: Others) {
        driven.clones.extend(std::iter::repeat_n(item, others.count).cloned());
        let hint = driven.input.size_hint();
        let mut too_old = Vec::new();

        let mut state = self.lock();
        for (_, output) in state.outputs.range_mut(..others.came_before).filter(|(other, _)| **other != id) {
            if output.waiting.len() == self.slow.bound() {
                too_old.extend(output.waiting.pop_front());
                output.dropped += 1;
            }
            output.waiting.extend(driven.clones.pop());
        }
        // Outputs that left meanwhile.
        too_old.append(&mut driven.clones);
        state.hint = hint;
        state.input = Input::Idle(driven);
        drop(state);
        self.alarm.ready(Some(id));
    }

    fn end(&self, id: u64) {
        self.lock().input = Input::Over;
        self.alarm.wake_others(id);
    }
}

/// Ends all outputs, should the input panic.
struct OverOnPanic<'a, S: Stream<Item: Clone>> {
    hub: &'a Hub<S>,
    id: u64,
}

impl<S: Stream<Item: Clone>> Drop for OverOnPanic<'_, S> {
    fn drop(&mut self) {
        self.hub.end(self.id);
    }
}
