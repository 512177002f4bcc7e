//! [`RoundSearch`]: which samples of a round are refused.

use std::collections::VecDeque;

use super::rounds::Point;

/// After so many refused requests without one that is taken, parts that are refused are no longer halved.
const HOPELESS: usize = 256;

/// What is still to be sent of a round, which is halved where it is refused. It has a series once, so its parts may go in
/// any order.
#[derive(Debug)]
pub(super) struct RoundSearch<'a> {
    waiting: VecDeque<&'a [Point]>,
    refused: usize,
    has_taken: bool,
}

impl<'a> RoundSearch<'a> {
    pub(super) fn new() -> Self {
        Self { waiting: VecDeque::new(), refused: 0, has_taken: false }
    }

    /// What is to be sent next: by turns a part of the smallest and one of the largest, since what is taken may lie between
    /// scattered samples that are refused, or behind a long run of them.
    pub(super) fn next(&mut self) -> Option<&'a [Point]> {
        if self.refused % 2 == 0 { self.waiting.pop_back() } else { self.waiting.pop_front() }
    }

    /// The last one was taken.
    pub(super) fn taken(&mut self) {
        self.has_taken = true;
    }

    /// The last one was refused: sends its halves, unless it has none, or there is no hope for any.
    pub(super) fn halve(&mut self, points: &'a [Point]) -> bool {
        self.refused += 1;
        if points.len() == 1 || (self.refused > HOPELESS && !self.has_taken) {
            return false;
        }
        let (first, second) = points.split_at(points.len() / 2);
        if self.refused % 2 == 1 {
            // It was the smallest.
            self.waiting.extend([second, first]);
        } else {
            self.waiting.extend([first, second]);
        }
        true
    }

    /// What has not been sent.
    pub(super) fn rest(self) -> impl Iterator<Item = &'a Point> {
        self.waiting.into_iter().flatten()
    }
}
