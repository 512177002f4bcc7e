//! [`UserError`]: a name that no user can have.

use std::error::Error;
use std::fmt;

/// A user's name that HTTP can't carry.
///
/// ```
/// use metrix_io::Secret;
/// use metrix_io::sinks::influx::Influx;
///
/// let sink = Influx::v1("http://127.0.0.1:8086", "metrics")?;
/// assert!(sink.user("me\n", &Secret::new("s3cr3t")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserError {
    pub(super) name: String,
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no user can be called {:?} over HTTP: leave out the colon and what is no letter", self.name)
    }
}

impl Error for UserError {}
