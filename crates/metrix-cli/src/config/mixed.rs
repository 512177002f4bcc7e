//! [`Mixed`]: a source that acknowledges, and others beside it.

use super::problem::Problems;
use super::source::{SOURCES, SourceConfig};
use super::stream::{Grouping, StreamConfig};
use super::table::Table;

/// Where the sources say what they are: those that acknowledge, and the others.
#[derive(Debug, Default)]
pub(super) struct Mixed {
    acknowledging: Vec<usize>,
    others: Vec<usize>,
}

impl Mixed {
    pub(super) fn note(&mut self, table: &Table<'_>, source: &SourceConfig) {
        let alike = if source.acknowledges() { &mut self.acknowledging } else { &mut self.others };
        alike.extend(table.get(SOURCES.kind).map(|kind| kind.at()));
    }

    /// Warns of what is beside a source that acknowledges, if there is a stream whose windows are summed up again after a crash.
    pub(super) fn check(&self, streams: &[StreamConfig], warnings: &Problems) {
        let is_timed = streams.iter().any(|stream| matches!(stream.grouping, Grouping::Event { .. }));
        if !is_timed || self.acknowledging.is_empty() {
            return;
        }
        if let Some(&at) = self.others.first() {
            warnings.wrong(
                at,
                "warning: some sources acknowledge and others, as this one, don't: what these bring to a window of event time is missing when \
                 it is summed up again, and their windows close only with those of the others: run them by themselves",
            );
        }
        if let Some(&at) = self.acknowledging.get(1) {
            warnings.wrong(
                at,
                "warning: several sources acknowledge, each by itself: after a crash one may sum up again a window of event time that another \
                 leaves out, and its part is missing: run them by themselves, or let no stream have what two of them bring",
            );
        }
    }
}
