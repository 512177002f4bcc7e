//! [`RequestHeaders`]: headers that the user of a sink has it send.

use std::error::Error;
use std::fmt;

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::{Secret, UserError, authorization};

/// What is sent with each request: headers, and who sends it.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestHeaders {
    headers: HeaderMap,
    authorization: Option<HeaderValue>,
}

impl RequestHeaders {
    pub(crate) fn token(&mut self, token: &Secret) {
        self.authorization = Some(authorization::token("Bearer", token));
    }

    pub(crate) fn user(&mut self, user: &str, password: &Secret) -> Result<(), UserError> {
        self.authorization = Some(authorization::basic(user, password)?);
        Ok(())
    }

    /// Adds a header, or replaces one; `own` are those that the sink sends itself.
    pub(crate) fn insert(&mut self, name: &str, value: &str, own: &[&str]) -> Result<(), HeaderError> {
        const ALL_OWN: [&str; 6] =
            ["connection", "content-encoding", "content-length", "content-type", "host", "transfer-encoding"];
        let shown = name.escape_debug();
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(HeaderError(format!("`{shown}` is no name of a header: write one as X-Scope-OrgID")));
        };
        if ALL_OWN.contains(&name.as_str()) || own.contains(&name.as_str()) {
            return Err(HeaderError(format!("the header `{name}` is the sink's own: leave it out")));
        }
        // The value may be a secret, and so is not shown.
        let Ok(mut value) = HeaderValue::from_str(value) else {
            return Err(HeaderError(format!("the value of the header `{name}` has characters that none has")));
        };
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    /// Adds them to those of a request.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        headers.extend(self.headers.clone());
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
    }
}

/// Why a header can't be sent. It never shows the value, which may be a secret.
///
/// ```
/// # #[cfg(feature = "remote_write")] {
/// use metrix_io::sinks::remote_write::RemoteWrite;
///
/// # fn main() -> Result<(), metrix_io::AddressError> {
/// let sink = RemoteWrite::new("http://127.0.0.1:9090/api/v1/write")?;
/// let error = sink.header("Scope ID", "a").unwrap_err();
/// assert_eq!(error.to_string(), "`Scope ID` is no name of a header: write one as X-Scope-OrgID");
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderError(String);

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for HeaderError {}
