//! [`InputError`]: why an input can't be read.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

/// Why an input can't be opened, or be read any further.
///
/// ```
/// use metrix_io::Input;
///
/// let error = Input::builder("/nowhere/access.log").open().unwrap_err();
/// assert_eq!(error.to_string(), "/nowhere/access.log: there is no such file: check its path");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct InputError {
    /// The file, or `stdin`.
    pub input: String,
    /// How many of its bytes had been read; `None` if it couldn't be opened.
    pub bytes: Option<u64>,
    /// What the system, or the decompression, says.
    pub error: io::Error,
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { input, bytes, error } = self;
        match (error.kind(), bytes) {
            (ErrorKind::NotFound, _) => write!(f, "{input}: there is no such file: check its path"),
            (ErrorKind::PermissionDenied, _) => {
                write!(f, "{input}: it may not be read: give this user the right to read it")
            }
            (ErrorKind::IsADirectory, _) => write!(f, "{input}: it is a directory: name a file in it"),
            (ErrorKind::Unsupported, _) => write!(f, "{input}: {error}"),
            (ErrorKind::UnexpectedEof, Some(bytes)) => write!(
                f,
                "{input}: its compressed data is cut off after {bytes} bytes: what came before was read; get the whole file"
            ),
            (ErrorKind::InvalidInput | ErrorKind::InvalidData, Some(bytes)) => write!(
                f,
                "{input}: its compressed data is damaged within the first {bytes} bytes ({error}): what came before was \
                 read; get the file anew"
            ),
            (_, Some(bytes)) => write!(f, "{input}: it can't be read after {bytes} bytes: {error}"),
            (_, None) => write!(f, "{input}: it can't be opened: {error}"),
        }
    }
}

impl Error for InputError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ErrorKind, bytes: Option<u64>, message: &str) {
        let error = InputError { input: "log".to_owned(), bytes, error: kind.into() };
        assert!(error.to_string().starts_with(message), "{error}");
    }

    #[test]
    fn what_is_known_has_its_mend() {
        check(ErrorKind::PermissionDenied, None, "log: it may not be read: give this user the right to read it");
        check(ErrorKind::IsADirectory, Some(0), "log: it is a directory: name a file in it");
        check(ErrorKind::UnexpectedEof, Some(7), "log: its compressed data is cut off after 7 bytes: ");
        check(ErrorKind::InvalidData, Some(7), "log: its compressed data is damaged within the first 7 bytes (");
        check(ErrorKind::InvalidInput, None, "log: it can't be opened: ");
        check(ErrorKind::BrokenPipe, Some(7), "log: it can't be read after 7 bytes: ");
    }
}
