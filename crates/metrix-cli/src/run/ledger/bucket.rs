//! [`Bucket`]: the messages that have elements in the same window or batch.

use std::collections::BTreeMap;

use super::{Partition, Position};

/// The messages that are settled only when what they share is: a window, or all that was sent before a mark.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    /// The least of the positions in each partition.
    pub(super) first: BTreeMap<Partition, Position>,
    /// All of them, where each is acknowledged by itself.
    pub(super) all: Vec<(Partition, Position)>,
}

impl Bucket {
    pub(super) fn put(&mut self, message: (Partition, Position), keeps_all: bool) {
        self.hold(message);
        if keeps_all {
            self.all.push(message);
        }
    }

    /// Takes those of another in: they are settled when these are.
    pub(super) fn join(&mut self, mut other: Self) {
        // The one that grows from join to join is not copied.
        if other.all.len() > self.all.len() {
            std::mem::swap(self, &mut other);
        }
        other.first.into_iter().for_each(|message| self.hold(message));
        self.all.append(&mut other.all);
    }

    fn hold(&mut self, (partition, position): (Partition, Position)) {
        let first = self.first.entry(partition).or_insert(position);
        *first = position.min(*first);
    }
}
