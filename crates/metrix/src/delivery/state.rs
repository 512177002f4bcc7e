//! [`State`]: what a queue's lock guards.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::stats::Tally;
use super::trouble::Troubles;
use crate::MElement;

#[derive(Debug)]
pub(super) struct State {
    pub(super) capacity: usize,
    pub(super) waiting: VecDeque<Waiting>,
    /// When the oldest element that the sink's task has in hand came in.
    pub(super) in_hand_since: Option<Instant>,
    pub(super) tally: Tally,
    pub(super) troubles: Troubles,
    pub(super) closed: bool,
    pub(super) ended: bool,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) since: Instant,
    pub(super) element: MElement,
}

impl State {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            waiting: VecDeque::new(),
            in_hand_since: None,
            tally: Tally::default(),
            troubles: Troubles::default(),
            closed: false,
            ended: false,
        }
    }

    /// A closed queue has room for all that waits for it, which is in memory anyway and gets no more.
    pub(super) fn free(&self) -> usize {
        if self.closed { usize::MAX } else { self.capacity.saturating_sub(self.waiting.len()) }
    }

    pub(super) fn put(&mut self, elements: impl Iterator<Item = MElement>) {
        let since = Instant::now();
        self.waiting.extend(elements.map(|element| Waiting { since, element }));
    }

    /// Elements that were accepted were lost on the way into the queue.
    pub(super) fn forget(&mut self, count: usize) {
        self.tally.stats.undelivered += count as u64;
    }
}
