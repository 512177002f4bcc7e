//! [`Ledger`]: what was done to a test's inputs.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// What was done to a [`Script`](super::Script) and its clones.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Pages>>);

#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) polls: usize,
    pub(super) given: usize,
    pub(super) given_in_poll: usize,
    pub(super) of_inputs: Vec<Page>,
    /// Whose turn it is to be released, so that each gets one.
    turns: VecDeque<usize>,
}

/// One input's.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) ended: bool,
    pub(super) dropped: bool,
    pub(super) released: bool,
    pub(super) polled_after_end: usize,
    pub(super) waiting: Option<Waker>,
}

impl Ledger {
    /// How often the inputs were polled.
    pub fn polls(&self) -> usize {
        self.pages().polls
    }

    /// How many items they gave.
    pub fn given(&self) -> usize {
        self.pages().given
    }

    /// How many of the inputs have not been dropped.
    pub fn alive(&self) -> usize {
        self.pages().of_inputs.iter().filter(|page| !page.dropped).count()
    }

    /// How many of the inputs have ended but have not been dropped.
    pub fn kept_after_end(&self) -> usize {
        self.pages().of_inputs.iter().filter(|page| page.ended && !page.dropped).count()
    }

    /// How often inputs that had ended were polled again.
    pub fn polled_after_end(&self) -> usize {
        self.pages().of_inputs.iter().map(|page| page.polled_after_end).sum()
    }

    /// How many inputs wait for a [`release`](Self::release).
    pub fn waiting(&self) -> usize {
        self.pages().of_inputs.iter().filter(|page| page.waiting.is_some()).count()
    }

    /// Lets one of the inputs that wait give its next item, and wakes whoever polled it last; each has its turn. Says
    /// whether there was one.
    pub fn release(&self) -> bool {
        let mut pages = self.pages();
        for _ in 0..pages.turns.len() {
            pages.turns.rotate_left(1);
            let Some(&id) = pages.turns.back() else { break };
            if let Some(waker) = pages.of_inputs[id].waiting.take() {
                pages.of_inputs[id].released = true;
                // The waker may poll at once.
                drop(pages);
                waker.wake();
                return true;
            }
        }
        false
    }

    /// A new poll of the stream under test begins.
    pub(super) fn begin_poll(&self) {
        self.pages().given_in_poll = 0;
    }

    /// How many items were given since the poll began.
    pub(super) fn given_in_poll(&self) -> usize {
        self.pages().given_in_poll
    }

    /// Another input comes into being.
    pub(super) fn enter(&self) -> usize {
        let mut pages = self.pages();
        let id = pages.of_inputs.len();
        pages.of_inputs.push(Page::default());
        pages.turns.push_back(id);
        id
    }

    pub(super) fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
