//! [`HeaderError`]: why a header can't be sent.

use std::error::Error;
use std::fmt;

/// Why a header can't be sent. It never shows the value, which may be a secret.
///
/// ```
/// use metrix_io::sinks::remote_write::RemoteWrite;
///
/// let sink = RemoteWrite::new("http://127.0.0.1:9090/api/v1/write")?;
/// let error = sink.header("Scope ID", "a").unwrap_err();
/// assert_eq!(error.to_string(), "`Scope ID` is no name of a header: write one as X-Scope-OrgID");
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError(pub(super) String);

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for HeaderError {}
