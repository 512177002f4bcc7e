//! [`Outcome`]: what becomes of the elements of a write.

use std::collections::HashSet;
use std::sync::Arc;

use metrix::{MElement, WriteError};

use super::message::Label;
use super::rounds::Point;
use super::unsure::{Newest, Refusal, Unsure};
use crate::http_client::Fault;
use crate::sinks::refused::Refused;

/// What becomes of the elements of a write. Of samples that may have been stored before, older ones that are refused are there already if
/// the newest of their series is taken.
#[derive(Debug)]
pub(super) struct Outcome<'a> {
    batch: &'a [MElement],
    refused: Refused,
    newest: Newest,
    confirmed: HashSet<Arc<[Label]>>,
    doubtful: Vec<Doubtful>,
}

/// A sample that may be there already, and what is said of it otherwise.
#[derive(Debug)]
struct Doubtful {
    labels: Arc<[Label]>,
    positions: Vec<usize>,
    said: Arc<str>,
}

impl<'a> Outcome<'a> {
    /// Some elements of the batch were refused without asking.
    pub(super) fn new(batch: &'a [MElement], refused: Refused, unsure: &Unsure) -> Self {
        let (newest, confirmed, doubtful) = (unsure.newest().clone(), HashSet::new(), Vec::new());
        Self { batch, refused, newest, confirmed, doubtful }
    }

    /// These were taken.
    pub(super) fn taken(&mut self, parts: &[&[Point]]) {
        let newest = parts.iter().copied().flatten().filter(|point| self.newest.get(&point.labels) == Some(&point.at));
        self.confirmed.extend(newest.map(|point| Arc::clone(&point.labels)));
    }

    /// Whether this one, which was refused, may be there already.
    pub(super) fn is_doubtful(&self, point: &Point) -> bool {
        self.newest.get(&point.labels).is_some_and(|newest| point.at < *newest)
    }

    /// This one was refused alone.
    pub(super) fn refused_alone(&mut self, point: &Point, refusal: &Refusal) {
        match refusal.is_doubtful {
            true => self.doubtful.push(Doubtful {
                labels: Arc::clone(&point.labels),
                positions: point.positions.clone(),
                said: Arc::clone(&refusal.said),
            }),
            false => self.refused(&point.positions, &refusal.said),
        }
    }

    /// The elements at these positions were refused in these words.
    pub(super) fn refused(&mut self, positions: &[usize], said: &str) {
        for &position in positions {
            self.refused.add(position, &self.batch[position].name, said);
        }
    }

    /// All have been sent.
    pub(super) fn into_result(mut self) -> Result<(), WriteError> {
        self.decide();
        self.refused.into_result(self.batch.len())
    }

    /// Those at these positions could not be sent.
    pub(super) fn with_unsent(mut self, unsent: impl Iterator<Item = usize>, cause: Fault) -> WriteError {
        self.decide();
        self.refused.with_unsent(unsent, cause)
    }

    /// Counts those as refused that are not known to be there.
    fn decide(&mut self) {
        for Doubtful { labels, positions, said } in std::mem::take(&mut self.doubtful) {
            if !self.confirmed.contains(&labels) {
                self.refused(&positions, &said);
            }
        }
    }
}
