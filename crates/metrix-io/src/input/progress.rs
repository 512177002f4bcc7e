//! [`Progress`]: how far an input has been read.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far an input has been read. A clone shows the same, from any thread, while something else reads.
///
/// It counts bytes as they stand in the file, so that of a compressed one it is the compressed ones. They are counted when
/// they are taken from the file, up to some hundred kilobytes before their lines.
///
/// ```
/// use metrix_io::Input;
///
/// # let path = std::env::temp_dir().join(format!("metrix-progress-{}", std::process::id()));
/// std::fs::write(&path, "a\nb\n")?;
/// let mut input = Input::builder(&path).open()?;
/// let progress = input.progress();
/// assert_eq!((progress.bytes(), progress.total()), (0, Some(4)));
/// input.advance()?;
/// assert_eq!(progress.bytes(), 4);
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Progress {
    bytes: Arc<AtomicU64>,
    total: Option<u64>,
}

impl Progress {
    pub(super) fn new(total: Option<u64>) -> Self {
        Self { bytes: Arc::default(), total }
    }

    /// How many bytes have been read. Of a file that is followed through rotations, it is those of all files.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// How many bytes there were when the input was opened, if that could be known and says how many there will be: of a
    /// file that is not followed.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    pub(super) fn add(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Counts what is read.
pub(super) struct Counted<R> {
    pub(super) inner: R,
    pub(super) progress: Progress,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.inner.read(buffer)?;
        self.progress.add(bytes);
        Ok(bytes)
    }
}
