//! [`RecorderStats`]: what a recorder holds and has refused.

/// What a [recorder](crate::MRecorder) holds, and what it has refused since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStats {
    /// Metric streams, each of one name and kind.
    pub streams: usize,
    /// Handles that are kept, each of one name, kind and set of labels.
    pub handles: usize,
    /// Descriptions that are kept, each of one name and kind.
    pub descriptions: usize,
    /// Registrations whose handle was not kept, because there were too many or its labels were too long.
    pub not_kept: u64,
    /// Registrations and descriptions under a name that no stream can have; their handles do nothing.
    pub bad_names: u64,
    /// Registrations and descriptions of a metric beyond the limit; their handles do nothing.
    pub too_many: u64,
    /// Registrations of a new metric after the coordinator had been shut down; their handles do nothing.
    pub after_shutdown: u64,
}
