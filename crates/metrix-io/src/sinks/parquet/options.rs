//! The options of [`Parquet`], each of which has a value from the start.

use std::num::NonZeroU64;
use std::time::Duration;

use super::Parquet;

/// How the columns of a file are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// By Snappy, which is quick.
    Snappy,
    /// By Zstandard, which gives the smallest files.
    #[default]
    Zstd,
}

/// When a file is full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) every: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rows: 1_000_000, bytes: 128 << 20, every: Duration::from_secs(600) }
    }
}

impl Parquet {
    /// Ends a file when it has so many elements, and what its last batch has beyond; at first a million.
    pub fn rows(mut self, rows: NonZeroU64) -> Self {
        self.limits.rows = rows.get();
        self
    }

    /// Ends a file when its journal has so many bytes, and what its last batch has beyond; at first 128 MiB. The file itself is smaller,
    /// often by a factor of ten.
    pub fn bytes(mut self, bytes: NonZeroU64) -> Self {
        self.limits.bytes = bytes.get();
        self
    }

    /// Ends a file so long after it was begun, by the write of its first element; at first after 10 minutes.
    pub fn every(mut self, every: Duration) -> Self {
        self.limits.every = every;
        self
    }
}
