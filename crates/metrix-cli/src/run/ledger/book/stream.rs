//! [`Stream`]: what of a stream is not settled.

use std::collections::BTreeMap;

use metrix::{Mark, Timestamp};

use super::Bucket;

/// What of a stream is not settled.
#[derive(Debug)]
pub(super) enum Stream {
    Timed {
        /// By their ends.
        windows: BTreeMap<Timestamp, Bucket>,
        /// All that ends at or before this is settled in this run.
        until: Option<Timestamp>,
        /// Whether a message has ever had something for it.
        is_used: bool,
    },
    Marked {
        /// Since the last mark.
        open: Bucket,
        /// Before each mark.
        marked: BTreeMap<Mark, Bucket>,
    },
}

/// More windows, or marks, of a stream than this are not told apart: the oldest are settled together with those after them, so that
/// messages are held longer than they would have to be, and never less.
pub(super) const MOST_BUCKETS: usize = 10_000;

impl Stream {
    pub(super) fn new(is_timed: bool) -> Self {
        match is_timed {
            true => Self::Timed { windows: BTreeMap::new(), until: None, is_used: false },
            false => Self::Marked { open: Bucket::default(), marked: BTreeMap::new() },
        }
    }

    pub(super) fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        let (windows, marked, open) = match self {
            Self::Timed { windows, .. } => (Some(windows.values()), None, None),
            Self::Marked { open, marked } => (None, Some(marked.values()), Some(open)),
        };
        windows.into_iter().flatten().chain(marked.into_iter().flatten()).chain(open)
    }

    pub(super) fn buckets_mut(&mut self) -> impl Iterator<Item = &mut Bucket> {
        let (windows, marked, open) = match self {
            Self::Timed { windows, .. } => (Some(windows.values_mut()), None, None),
            Self::Marked { open, marked } => (None, Some(marked.values_mut()), Some(open)),
        };
        windows.into_iter().flatten().chain(marked.into_iter().flatten()).chain(open)
    }

    pub(super) fn tidy(&mut self) {
        match self {
            Self::Timed { windows, .. } => tidy(windows),
            Self::Marked { marked, .. } => tidy(marked),
        }
    }
}

/// Puts the oldest together where there are too many.
fn tidy<K: Ord>(buckets: &mut BTreeMap<K, Bucket>) {
    while buckets.len() > MOST_BUCKETS {
        let oldest = buckets.pop_first();
        if let (Some((_, oldest)), Some(mut next)) = (oldest, buckets.first_entry()) {
            next.get_mut().join(oldest);
        }
    }
}
