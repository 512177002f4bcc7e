//! [`ParquetCounts`]: what a sink has done so far.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a [`Parquet`](super::Parquet) has done so far. It can be read from anywhere while the sink works.
///
/// ```
/// use metrix_io::sinks::parquet::Parquet;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let sink = Parquet::open(folder)?;
/// let counts = sink.counts();
/// // The sink may now be given away.
/// assert_eq!((counts.files(), counts.recovered(), counts.torn(), counts.damaged()), (0, 0, 0, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct ParquetCounts {
    files: AtomicU64,
    recovered: AtomicU64,
    torn: AtomicU64,
    damaged: AtomicU64,
}

impl ParquetCounts {
    /// Files that are whole, those of journals that were left behind too.
    pub fn files(&self) -> u64 {
        self.files.load(Ordering::Relaxed)
    }

    /// Elements that were found in journals that another process had left behind.
    pub fn recovered(&self) -> u64 {
        self.recovered.load(Ordering::Relaxed)
    }

    /// Bytes at the ends of such journals that are the beginning of a batch: one that was never confirmed, or never reached the disk.
    pub fn torn(&self) -> u64 {
        self.torn.load(Ordering::Relaxed)
    }

    /// All other bytes of journals, also of those of this process, that could not be read back. Their batches may have been confirmed, and
    /// are missing in the files; the journals are kept.
    pub fn damaged(&self) -> u64 {
        self.damaged.load(Ordering::Relaxed)
    }

    pub(super) fn written(&self) {
        self.files.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn recover(&self, rows: u64, torn: u64) {
        self.recovered.fetch_add(rows, Ordering::Relaxed);
        self.torn.fetch_add(torn, Ordering::Relaxed);
    }

    pub(super) fn damage(&self, bytes: u64) {
        self.damaged.fetch_add(bytes, Ordering::Relaxed);
    }
}
