//! [`Account`]: what came of a source.

use std::fmt::{self, Display};

use super::faults::Faults;
use crate::check::counted;

/// What is told of readings of a time up to which a run before has settled all: most come again, and others are late.
pub(crate) const REPLAYED: &str = "left out, as a run before has closed their windows";

/// What came of a source, in the end.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) lines: u64,
    pub(crate) readings: u64,
    /// Metrics that a line had no value for.
    pub(crate) skipped: u64,
    pub(crate) faults: Faults,
    /// What else was not as it should be: how much of what.
    pub(crate) others: Vec<(u64, &'static str)>,
    /// Whether it couldn't be read to its end.
    pub(crate) failed: bool,
}

impl Account {
    pub(crate) fn new(name: String, faults: Faults) -> Self {
        Self { name, lines: 0, readings: 0, skipped: 0, faults, others: Vec::new(), failed: false }
    }

    /// Whether all that came was read.
    pub(crate) fn is_well(&self) -> bool {
        !self.failed && self.faults.is_empty() && self.others.iter().all(|(count, _)| *count == 0)
    }
}

impl Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "source {:?}: ", self.name)?;
        if self.lines > 0 {
            write!(f, "{}, ", counted(self.lines, "line"))?;
        }
        f.write_str(&counted(self.readings, "reading"))?;
        if !self.faults.is_empty() {
            write!(f, ", {}", self.faults)?;
        }
        let skipped = (self.skipped, "skipped as they have no value");
        for (count, what) in [&[skipped], &*self.others].concat().iter().filter(|(count, _)| *count > 0) {
            write!(f, ", {count} {what}")?;
        }
        f.write_str(if self.failed { ", not read to its end" } else { "" })
    }
}
