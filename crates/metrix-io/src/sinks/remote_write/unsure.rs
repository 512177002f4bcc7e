//! [`Unsure`]: samples of which nobody knows whether they have been stored.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::message::Label;
use super::rounds::Point;

/// The newest sample of each series that was sent by a write that has not come to its end: its answer may have been lost.
#[derive(Debug, Default)]
pub(super) struct Unsure(HashMap<Arc<[Label]>, i64>);

/// What becomes of such samples when they are sent again: if the newest is taken and older ones are refused, these are there already.
#[derive(Debug)]
pub(super) struct Repeated {
    newest: HashMap<Arc<[Label]>, i64>,
    confirmed: HashSet<Arc<[Label]>>,
    /// Positions of elements that may be there already, and what is said of them otherwise.
    doubtful: Vec<(Arc<[Label]>, Vec<usize>, String)>,
}

impl Unsure {
    /// These are sent.
    pub(super) fn send(&mut self, parts: &[&[Point]]) {
        for point in parts.iter().copied().flatten() {
            let newest = self.0.entry(Arc::clone(&point.labels)).or_insert(point.at);
            *newest = point.at.max(*newest);
        }
    }

    /// What a write may repeat.
    pub(super) fn repeated(&self) -> Repeated {
        Repeated { newest: self.0.clone(), confirmed: HashSet::new(), doubtful: Vec::new() }
    }

    /// A write has come to its end.
    pub(super) fn settle(&mut self) {
        self.0.clear();
    }
}

impl Repeated {
    /// These were taken.
    pub(super) fn taken(&mut self, parts: &[&[Point]]) {
        let newest = parts.iter().copied().flatten().filter(|point| self.newest.get(&point.labels) == Some(&point.at));
        self.confirmed.extend(newest.map(|point| Arc::clone(&point.labels)));
    }

    /// This one was refused, in these words. Tells whether it is kept in mind, as it may be there already.
    pub(super) fn refused(&mut self, point: &Point, said: &str) -> bool {
        let is_doubtful = self.newest.get(&point.labels).is_some_and(|newest| point.at < *newest);
        if is_doubtful {
            self.doubtful.push((Arc::clone(&point.labels), point.positions.clone(), said.to_owned()));
        }
        is_doubtful
    }

    /// The elements that were refused after all, and the words.
    pub(super) fn really_refused(&self) -> impl Iterator<Item = (usize, &str)> {
        let refused = self.doubtful.iter().filter(|(labels, ..)| !self.confirmed.contains(labels));
        refused.flat_map(|(_, positions, said)| positions.iter().map(|position| (*position, &**said)))
    }
}
