//! [`News`]: what has become of streams and sinks since it was told last.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{SinkStats, StreamStats};

/// The changes of all that bears a name, or has borne it since the news before.
pub(super) type Changes<S> = BTreeMap<Arc<str>, Vec<Change<S>>>;

/// What has become of streams and sinks since it was told last.
#[derive(Debug, Default)]
pub(super) struct News {
    pub(super) streams: Changes<StreamStats>,
    pub(super) sinks: Changes<SinkStats>,
}

/// The counts of one stream or sink.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change<S> {
    pub(super) before: S,
    pub(super) now: S,
}

impl<S: Copy> Change<S> {
    /// The change since `told`, which is told by it.
    pub(super) fn tell(told: &mut S, now: S) -> Self {
        Self { before: std::mem::replace(told, now), now }
    }
}

/// By how much a count has grown, in all that bear the name.
pub(super) fn growth<S>(changes: &[Change<S>], of: fn(&S) -> u64) -> f64 {
    changes.iter().map(|change| of(&change.now).saturating_sub(of(&change.before))).sum::<u64>() as f64
}
