//! [`Secret`]: a token or password that is never shown.

use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::{env, fmt, fs, io};

/// A token, a password or a key. It is never shown: its `Debug` is `***`, and it has no `Display`.
///
/// ```
/// use metrix_io::Secret;
///
/// let token = Secret::new("s3cr3t")?;
/// assert_eq!(format!("{token:?}"), "***");
/// assert_eq!(token.reveal(), "s3cr3t");
/// # Ok::<(), metrix_io::SecretError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// A file that is longer is no file of a secret.
const LONGEST: u64 = 64 << 10;

impl Secret {
    /// A secret that the program has got from elsewhere.
    ///
    /// # Errors
    /// If it is empty, or has a control character such as a line break, which no protocol could carry.
    pub fn new(text: impl Into<String>) -> Result<Self, SecretError> {
        Self::checked(text.into(), "the secret")
    }

    /// What the environment has under this name.
    ///
    /// # Errors
    /// If there is no such variable, or it holds no secret by the rules of [`new`](Self::new).
    ///
    /// ```
    /// use metrix_io::Secret;
    ///
    /// let error = Secret::from_env("NO_SUCH_TOKEN").unwrap_err();
    /// assert_eq!(error.to_string(), "the environment has no NO_SUCH_TOKEN: set it to the secret");
    /// ```
    pub fn from_env(name: &str) -> Result<Self, SecretError> {
        let text = env::var(name).map_err(|error| match error {
            env::VarError::NotPresent => {
                SecretError::new(format!("the environment has no {name}: set it to the secret"))
            }
            env::VarError::NotUnicode(_) => {
                SecretError::new(format!("the secret in the environment's {name} is no UTF-8 text"))
            }
        })?;
        Self::checked(text, &format!("the secret in the environment's {name}"))
    }

    /// What stands in a file, without the line break at its end. It is read once, so a changed file takes a new start.
    ///
    /// # Errors
    /// If the file can't be read or has more than 64 KiB, or holds no secret by the rules of [`new`](Self::new).
    ///
    /// ```
    /// use metrix_io::Secret;
    ///
    /// let error = Secret::from_file("/no/such/file").unwrap_err();
    /// assert!(error.to_string().starts_with("the file of the secret, /no/such/file, can't be read"));
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SecretError> {
        let path = path.as_ref();
        let text = Self::text_of_file(path)?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        Self::checked(text.to_owned(), &format!("the secret in the file {}", path.display()))
    }

    /// The text itself, to be sent to whom it is for.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// All that stands in a file, of several lines.
    pub(crate) fn text_of_file(path: &Path) -> Result<String, SecretError> {
        read(path).map_err(|error| SecretError {
            message: format!("the file of the secret, {}, can't be read", path.display()),
            cause: Some(error),
        })
    }

    fn checked(text: String, what: &str) -> Result<Self, SecretError> {
        if text.is_empty() {
            return Err(SecretError::new(format!("{what} is empty")));
        }
        if text.contains(char::is_control) {
            let message =
                format!("{what} has a line break or another control character: it has to be one line of text");
            return Err(SecretError::new(message));
        }
        Ok(Self(text))
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let bytes = fs::File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if bytes as u64 > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it has more than {LONGEST} bytes")));
    }
    Ok(text)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Why there is no secret. It says where it was looked for, and never what was found.
///
/// ```
/// use metrix_io::Secret;
///
/// let error = Secret::new("two\nlines").unwrap_err();
/// assert!(!error.to_string().contains("two"), "{error}");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct SecretError {
    message: String,
    cause: Option<io::Error>,
}

impl SecretError {
    pub(crate) fn new(message: String) -> Self {
        Self { message, cause: None }
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SecretError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[track_caller]
    fn in_file(text: &[u8]) -> Result<Secret, String> {
        let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
        file.write_all(text).expect("it can be written to");
        let place = file.path().display().to_string();
        Secret::from_file(file.path()).map_err(|error| {
            let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
            format!("{error}{cause}").replace(&place, "FILE")
        })
    }

    #[test]
    fn a_file_has_it_in_one_line() {
        for text in ["token", "token\n", "token\r\n"] {
            assert_eq!(in_file(text.as_bytes()).as_ref().map(Secret::reveal), Ok("token"));
        }
        assert_eq!(in_file(b" two words ").as_ref().map(Secret::reveal), Ok(" two words "));
    }

    #[test]
    fn what_is_no_secret_is_not_shown() {
        let two =
            "the secret in the file FILE has a line break or another control character: it has to be one line of text";
        for (text, expected) in [
            (&b""[..], "the secret in the file FILE is empty"),
            (b"\n", "the secret in the file FILE is empty"),
            (b"a\nb\n", two),
            (b"a\0", two),
            (&[b'x'; 65_537], "the file of the secret, FILE, can't be read: it has more than 65536 bytes"),
        ] {
            assert_eq!(in_file(text).unwrap_err(), expected);
        }
        assert!(in_file(b"\xff").unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn the_environment_has_it_as_it_is() {
        // Every process of cargo's has this one.
        assert_eq!(Secret::from_env("CARGO_PKG_NAME").unwrap().reveal(), "metrix-io");
    }
}
