//! [`OwnCounts`]: counts of the application, which come with a coordinator's own metrics.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::Tags;

/// A count: its name, its tags, and how much it is by now, or what it has grown by.
pub(super) type Count = (Arc<str>, Tags, u64);

/// Counts of the application, and what has been told of them.
pub(super) struct OwnCounts {
    totals: Box<dyn FnMut() -> Vec<Count> + Send>,
    told: HashMap<(Arc<str>, Tags), u64>,
}

impl OwnCounts {
    pub(super) fn new(totals: impl FnMut() -> Vec<Count> + Send + 'static) -> Self {
        Self { totals: Box::new(totals), told: HashMap::new() }
    }

    /// What each has grown by since this was asked last.
    pub(super) fn growth(&mut self) -> Vec<Count> {
        let mut counts = (self.totals)();
        for (name, tags, total) in &mut counts {
            let before = self.told.insert((Arc::clone(name), tags.clone()), *total);
            *total = total.saturating_sub(before.unwrap_or(0));
        }
        counts
    }
}

impl fmt::Debug for OwnCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnCounts").field("told", &self.told).finish_non_exhaustive()
    }
}
