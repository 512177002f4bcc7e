//! [`Common`]: what a stream and its senders have in common.

use std::sync::Arc;

use metrix_core::LateCounter;

use super::stats::{Counter, Counters};
use super::{SendError, Stage, StreamStats};
use crate::Aggs;
use crate::later::Later;
use crate::shard::Shards;

/// What the stream and its senders share, but for the pipeline itself.
pub(crate) struct Common {
    pub(crate) name: Arc<str>,
    pub(super) counters: Arc<Counters>,
    pub(super) later: Arc<Later>,
    pub(super) late: Option<LateCounter>,
    /// Where threads fold by themselves, if they do.
    pub(super) shards: Option<Arc<Shards>>,
    pub(super) aggs: Aggs,
    pub(super) max_tag_bytes: usize,
    pub(super) stages: Vec<Stage>,
}

impl Common {
    pub(crate) fn stats(&self) -> StreamStats {
        let counters = &self.counters;
        StreamStats {
            accepted: counters.accepted.get() + self.shards.as_ref().map_or(0, |shards| shards.taken()),
            emitted: counters.emitted.get(),
            waiting: counters.waiting(),
            not_finite: counters.not_finite.get(),
            tags_too_long: counters.tags_too_long.get(),
            full: counters.full.get(),
            closed: counters.closed.get(),
            late: self.late.as_ref().map_or(0, LateCounter::get),
            overflowed: counters.overflowed.get(),
            panics: self.aggs.panics(),
            not_finite_results: self.aggs.not_finite(),
            cut: self.aggs.cut(),
        }
    }

    /// Counts a refusal, and logs it if it is the first of its kind.
    #[cold]
    pub(super) fn refuse(&self, counter: &Counter, error: SendError) -> SendError {
        if counter.add(1) == 0 {
            tracing::warn!(stream = &*self.name, "{error}; further refusals of this kind are only counted");
        }
        error
    }
}
