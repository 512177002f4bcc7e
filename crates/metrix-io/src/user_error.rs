//! [`UserError`]: a name that no user can have.

use std::error::Error;
use std::fmt;

/// A user's name that HTTP can't carry: after a colon it would take the rest for the password.
///
/// ```
/// # #[cfg(feature = "influx")] {
/// use metrix_io::Secret;
/// use metrix_io::sinks::influx::Influx;
///
/// let sink = Influx::v1("http://127.0.0.1:8086", "metrics")?;
/// let error = sink.user("a:b", &Secret::new("s3cr3t")?).unwrap_err();
/// assert_eq!(error.to_string(), r#"no user can be called "a:b" over HTTP: leave out colons and control characters"#);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserError {
    name: String,
}

impl UserError {
    /// Whether a user can be called so.
    pub(crate) fn check(name: &str) -> Result<(), Self> {
        match name.contains(|char: char| char == ':' || char.is_control()) {
            true => Err(Self { name: name.to_owned() }),
            false => Ok(()),
        }
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no user can be called {:?} over HTTP: leave out colons and control characters", self.name)
    }
}

impl Error for UserError {}
