//! [`Faults`]: the lines of a source that were wrong.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::voice::Voice;

/// The lines of a source that were wrong, by the kind of fault; the first of each kind is said at once.
#[derive(Debug)]
pub(crate) struct Faults {
    voice: Voice,
    /// Of all sources.
    all: Arc<AtomicU64>,
    by_kind: BTreeMap<&'static str, u64>,
}

impl Faults {
    pub(crate) fn new(voice: Voice, all: Arc<AtomicU64>) -> Self {
        Self { voice, all, by_kind: BTreeMap::new() }
    }

    /// Counts a fault; `what` says where and what it is.
    pub(crate) fn add(&mut self, kind: &'static str, what: impl Display) {
        let count = self.by_kind.entry(kind).or_insert(0);
        *count += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        if *count == 1 {
            self.voice.say(what);
        }
    }

    /// Counts a fault of a kind of which the first has been said; does nothing, and tells so, if none has.
    pub(crate) fn add_again(&mut self, kind: &'static str) -> bool {
        let Some(count) = self.by_kind.get_mut(kind) else { return false };
        *count += 1;
        self.all.fetch_add(1, Ordering::Relaxed);
        true
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_kind.is_empty()
    }
}

/// How many, and of what kinds.
impl Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: u64 = self.by_kind.values().sum();
        write!(f, "{all} wrong (")?;
        for (place, (kind, count)) in self.by_kind.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{kind}: {count}")?;
        }
        f.write_str(")")
    }
}
