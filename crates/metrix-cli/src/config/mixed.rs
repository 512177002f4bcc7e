//! [`Mixed`]: sources that acknowledge, and others beside them.

use super::problem::Problems;
use super::source::{SOURCES, SourceConfig};
use super::stream::{Grouping, StreamConfig};
use super::table::Table;

/// Whether some sources acknowledge and others don't.
#[derive(Debug, Default)]
pub(super) struct Mixed {
    any_acknowledges: bool,
    /// Where the first of the others says what it is.
    other: Option<usize>,
}

impl Mixed {
    pub(super) fn note(&mut self, table: &Table<'_>, source: &SourceConfig) {
        if source.acknowledges() {
            self.any_acknowledges = true;
        } else {
            self.other = self.other.or_else(|| Some(table.get(SOURCES.kind)?.at()));
        }
    }

    /// Warns of the others, if there is a stream whose windows are summed up again after a crash.
    pub(super) fn check(&self, streams: &[StreamConfig], warnings: &Problems) {
        let is_timed = streams.iter().any(|stream| matches!(stream.grouping, Grouping::Event { .. }));
        let Some(at) = self.other.filter(|_| self.any_acknowledges && is_timed) else { return };
        warnings.wrong(
            at,
            "warning: some sources acknowledge and others, as this one, don't: what these bring to a window of event time is missing when it \
             is summed up again, and their windows close only with those of the others: run them by themselves",
        );
    }
}
