//! [`Hashes`]: aggregates of a stream that say nothing of a set.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::{KindsTaken, StreamConfig};

/// Aggregates of a stream that say nothing of a set, as its values are hashes of its members. That is told when the first set comes.
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    /// None for a stream that was told its kinds, which has been looked at before.
    aggs: String,
    stream: String,
    told: AtomicBool,
}

impl Hashes {
    pub(crate) fn of(StreamConfig { name, kinds, not_of_sets, .. }: &StreamConfig) -> Self {
        let aggs = if *kinds == KindsTaken::All { not_of_sets.join(", ") } else { String::new() };
        Self { aggs, stream: name.clone(), told: AtomicBool::new(false) }
    }

    /// A set of this name has come.
    pub(crate) fn tell(&self, name: &str) {
        if self.aggs.is_empty() || self.told.swap(true, Ordering::Relaxed) {
            return;
        }
        let Self { aggs, stream, .. } = self;
        tracing::warn!(
            ?name,
            ?stream,
            "a set comes to a stream that says nothing of it by {aggs}, as its values are hashes of its members: put one with kind = \"set\" \
             before it"
        );
    }
}
