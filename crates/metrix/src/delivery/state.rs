//! [`State`]: what a queue's lock guards.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::flushes::Flushes;
use super::stats::Tally;
use super::trouble::Troubles;
use crate::MElement;

#[derive(Debug)]
pub(super) struct State {
    pub(super) capacity: usize,
    pub(super) waiting: VecDeque<Waiting>,
    /// How many have come into the queue. Those that have left it are all but those that wait.
    pub(super) entered: u64,
    pub(super) flushes: Flushes,
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
            entered: 0,
            flushes: Flushes::default(),
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
        let before = self.waiting.len();
        self.waiting.extend(elements.map(|element| Waiting { since, element }));
        self.entered += (self.waiting.len() - before) as u64;
    }

    /// How many have left the queue, for the hands of the sink's task or because they were dropped.
    pub(super) fn left(&self) -> u64 {
        self.entered - self.waiting.len() as u64
    }

    /// Elements that were accepted were lost on the way into the queue.
    pub(super) fn forget(&mut self, count: usize) {
        self.tally.stats.undelivered += count as u64;
    }
}
