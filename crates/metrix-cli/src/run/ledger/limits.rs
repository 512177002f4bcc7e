//! [`Limits`]: what of a partition is left out, and what of it comes too late.

use metrix::Timestamp;

/// What of a partition is left out, and what of it comes too late, by stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Limits {
    /// Windows that end at or before this were settled with the partition by a run before, or elsewhere.
    pub(super) floors: Vec<Option<Timestamp>>,
    /// Those that end at or before this were over here before the partition came, or came back.
    pub(super) over: Vec<Option<Timestamp>>,
}

impl Limits {
    /// The T that was kept with the partition.
    pub(super) fn floor(&self, stream: usize) -> Option<Timestamp> {
        self.floors.get(stream).copied().flatten()
    }

    /// Whether a window was over before the partition was read.
    pub(super) fn is_over(&self, stream: usize, end: Timestamp) -> bool {
        self.over.get(stream).is_some_and(|over| *over >= Some(end))
    }
}
