//! [`Unsure`]: what is known of a write that has not come to its end.

use std::collections::HashMap;
use std::mem::take;
use std::sync::Arc;

use super::message::Label;
use super::rounds::Point;

/// What is known of a write that has not come to its end, and is to be repeated.
///
/// Memory: of each series of the write its labels, and what was said of its samples that were refused.
#[derive(Debug, Default)]
pub(super) struct Unsure {
    /// The newest samples that are stored, or may be, as an answer was lost.
    newest: Newest,
    /// The newest samples of a request that isn't answered.
    asked: Newest,
    /// The samples that were refused, so that no repetition begins with them again.
    refusals: HashMap<(Arc<[Label]>, i64), Refusal>,
    /// Whether a request was refused that could be narrowed.
    pub(super) is_narrow: bool,
}

/// By the series.
pub(super) type Newest = HashMap<Arc<[Label]>, i64>;

/// Of one sample.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) said: Arc<str>,
    /// Whether it may be there already.
    pub(super) is_doubtful: bool,
}

impl Unsure {
    /// These are sent.
    pub(super) fn ask(&mut self, parts: &[&[Point]]) {
        self.assume();
        add(&mut self.asked, parts.iter().copied().flatten().map(|point| (&point.labels, point.at)));
    }

    /// What was sent last may be stored.
    pub(super) fn assume(&mut self) {
        let asked = take(&mut self.asked);
        add(&mut self.newest, asked.iter().map(|(labels, at)| (labels, *at)));
    }

    /// What was sent last is not.
    pub(super) fn deny(&mut self) {
        self.asked.clear();
    }

    pub(super) fn refuse(&mut self, point: &Point, refusal: Refusal) {
        self.refusals.insert((Arc::clone(&point.labels), point.at), refusal);
    }

    /// How it was refused, if it was.
    pub(super) fn refusal(&self, point: &Point) -> Option<&Refusal> {
        // A key is made only where there is one to be found.
        if self.refusals.is_empty() {
            return None;
        }
        self.refusals.get(&(Arc::clone(&point.labels), point.at))
    }

    pub(super) fn newest(&self) -> &Newest {
        &self.newest
    }

    /// The write has come to its end.
    pub(super) fn settle(&mut self) {
        *self = Self::default();
    }
}

fn add<'a>(newest: &mut Newest, samples: impl Iterator<Item = (&'a Arc<[Label]>, i64)>) {
    for (labels, at) in samples {
        let newest = newest.entry(Arc::clone(labels)).or_insert(at);
        *newest = at.max(*newest);
    }
}
