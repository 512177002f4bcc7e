//! [`FolderError`]: why a folder can't be written to.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// Why a folder can't be written to; what the system says is its `source`.
///
/// ```
/// use metrix_io::sinks::parquet::Parquet;
///
/// let error = Parquet::open("/no/such/folder").unwrap_err();
/// assert_eq!(error.to_string(), "no Parquet files can be written into /no/such/folder: name a folder that may be written to");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct FolderError {
    path: PathBuf,
    cause: io::Error,
}

impl FolderError {
    pub(super) fn new(path: &Path, cause: io::Error) -> Self {
        Self { path: path.to_owned(), cause }
    }
}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "no Parquet files can be written into {path}: name a folder that may be written to")
    }
}

impl Error for FolderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.cause)
    }
}
