//! [`StoreError`]: why a store can't be used.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use metrix::WriteError;
use rusqlite::ErrorCode;

use super::schema::VERSION;

/// Why a store can't be opened, read or written.
///
/// ```
/// use metrix_io::sinks::sqlite::{Store, StoreErrorKind};
///
/// let error = Store::open_read_only("/no/such/metrix.db").unwrap_err();
/// assert_eq!(error.kind, StoreErrorKind::Missing);
/// assert_eq!(error.to_string(), "there is no store /no/such/metrix.db: write to it first, or name another file");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct StoreError {
    /// The file.
    pub path: PathBuf,
    /// What kind of fault it is.
    pub kind: StoreErrorKind,
    /// What SQLite says.
    cause: Option<rusqlite::Error>,
}

/// Kinds of faults of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// There is no such file, to be read.
    Missing,
    /// The file can't be opened or created: its folder is missing or not to be entered, or it is a folder itself.
    Unopenable,
    /// The file is not SQLite's, or another program's.
    NotAStore,
    /// The file has this version of the tables, which is newer than this program knows.
    Newer(u32),
    /// The file, its folder or its disk can only be read.
    ReadOnly,
    /// Another program holds the file for longer than this waits.
    Locked,
    /// The disk has no more room.
    Full,
    /// The file is not as it was written.
    Damaged,
    /// Something else, which the cause says.
    Other,
}

impl StoreError {
    pub(super) fn new(path: &Path, kind: StoreErrorKind) -> Self {
        Self { path: path.to_owned(), kind, cause: None }
    }

    /// What SQLite says about the file.
    pub(super) fn of(path: &Path, cause: rusqlite::Error) -> Self {
        let kind = match cause.sqlite_error_code() {
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => StoreErrorKind::Unopenable,
            Some(ErrorCode::NotADatabase) => StoreErrorKind::NotAStore,
            Some(ErrorCode::ReadOnly) => StoreErrorKind::ReadOnly,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreErrorKind::Locked,
            Some(ErrorCode::DiskFull) => StoreErrorKind::Full,
            Some(ErrorCode::DatabaseCorrupt) => StoreErrorKind::Damaged,
            _ => StoreErrorKind::Other,
        };
        Self { path: path.to_owned(), kind, cause: Some(cause) }
    }

    /// Whether another try may help: when the file is [locked](StoreErrorKind::Locked), the disk is
    /// [full](StoreErrorKind::Full), or fails in a way that may pass.
    pub fn is_retryable(&self) -> bool {
        match self.kind {
            StoreErrorKind::Locked | StoreErrorKind::Full => true,
            StoreErrorKind::Other => {
                let code = self.cause.as_ref().and_then(rusqlite::Error::sqlite_error_code);
                matches!(code, Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory))
            }
            StoreErrorKind::Missing
            | StoreErrorKind::Unopenable
            | StoreErrorKind::NotAStore
            | StoreErrorKind::Newer(_)
            | StoreErrorKind::ReadOnly
            | StoreErrorKind::Damaged => false,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.kind {
            StoreErrorKind::Missing => write!(f, "there is no store {path}: write to it first, or name another file"),
            StoreErrorKind::Unopenable => {
                write!(f, "unable to open {path}: name a file in a folder that exists and may be written")
            }
            StoreErrorKind::NotAStore => write!(f, "{path} is no store of metrix: name another file"),
            StoreErrorKind::Newer(version) => {
                write!(f, "{path} has version {version}, and those up to {VERSION} are known: use a newer program")
            }
            StoreErrorKind::ReadOnly => write!(f, "{path} can only be read: allow writing to it and to its folder"),
            StoreErrorKind::Locked => write!(f, "another program holds {path}: try again, or end that program"),
            StoreErrorKind::Full => write!(f, "there is no room for {path}: free some on its disk"),
            StoreErrorKind::Damaged => write!(f, "{path} is damaged: restore it from a copy, or name another file"),
            StoreErrorKind::Other => write!(f, "{path} fails: look at the cause"),
        }?;
        match &self.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

/// As a sink tells it: none of the batch was written.
impl From<StoreError> for WriteError {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() { Self::retryable(error) } else { Self::refused(error) }
    }
}
