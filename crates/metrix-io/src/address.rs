//! [`AddressError`]: where no server can be.

use std::error::Error;
use std::fmt;

/// An address or URL that no server can have.
///
/// It shows what was given, but for the user and password and the query that may stand in it.
///
/// ```
/// use metrix_io::sinks::opentsdb::OpenTsdb;
///
/// let error = OpenTsdb::telnet("localhost").unwrap_err();
/// let expected = r#"no opentsdb server can be at "localhost"; give a host and a port, such as "127.0.0.1:4242""#;
/// assert_eq!(error.to_string(), expected);
///
/// let error = OpenTsdb::http("http://me:secret@localhost:4242").unwrap_err();
/// assert!(error.to_string().starts_with(r#"no opentsdb server can be at "http://***@localhost:4242""#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressError {
    protocol: &'static str,
    given: String,
    has_password: bool,
    wanted: String,
}

impl AddressError {
    /// `wanted` says what to give, with an example.
    pub(crate) fn new(protocol: &'static str, given: &str, wanted: impl Into<String>) -> Self {
        Self { protocol, given: shown(given), has_password: false, wanted: wanted.into() }
    }

    /// The same of one that would be right without its password.
    #[cfg(feature = "postgres")]
    pub(crate) fn with_password(protocol: &'static str, given: &str, wanted: impl Into<String>) -> Self {
        Self { has_password: true, ..Self::new(protocol, given, wanted) }
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, given, has_password, wanted } = self;
        match has_password {
            true => write!(f, "the URL of a {protocol} server, {given:?}, has a password: {wanted}"),
            false => write!(f, "no {protocol} server can be at {given:?}; {wanted}"),
        }
    }
}

impl Error for AddressError {}

/// The text with `***` for all between a scheme, if there is one, and the last `@`, and for all after `?` or `#`.
fn shown(text: &str) -> String {
    let start = text.find("//").map_or(0, |place| place + 2);
    let (scheme, rest) = text.split_at(start);
    match (rest.rfind('@'), rest.find(['?', '#'])) {
        // Either may be of the password.
        (Some(user), Some(query)) if query < user => format!("{scheme}***"),
        (user, query) => {
            let host = &rest[user.unwrap_or(0)..query.map_or(rest.len(), |query| query + 1)];
            let hidden = |is_there: bool| if is_there { "***" } else { "" };
            format!("{scheme}{}{host}{}", hidden(user.is_some()), hidden(query.is_some()))
        }
    }
}

/// Checks an address of the form `host:port`. Whether there is such a host is seen when connecting.
#[cfg(any(feature = "graphite", feature = "influx", feature = "opentsdb", feature = "statsd"))]
pub(crate) fn host_and_port(protocol: &'static str, address: &str, port: u16) -> Result<String, AddressError> {
    let wanted = || format!("give a host and a port, such as \"127.0.0.1:{port}\"");
    if is_host_and_port(address) { Ok(address.to_owned()) } else { Err(AddressError::new(protocol, address, wanted())) }
}

#[cfg(any(
    feature = "graphite",
    feature = "influx",
    feature = "opentsdb",
    feature = "otlp",
    feature = "prometheus",
    feature = "remote_write",
    feature = "statsd"
))]
pub(crate) fn is_host_and_port(address: &str) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = bare.map_or(!host.contains(':'), |host| host.contains(':'));
    let is_name = !host.is_empty() && !host.contains(|char: char| char.is_whitespace() || "/@".contains(char));
    is_host && is_name && matches!(port.parse::<u16>(), Ok(1..))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(feature = "graphite", feature = "influx", feature = "opentsdb", feature = "statsd"))]
    #[test]
    fn takes_hosts_with_ports() {
        for address in ["127.0.0.1:4242", "localhost:1", "[::1]:65535", "tsdb.example.org:4242"] {
            assert_eq!(host_and_port("x", address, 1).as_deref(), Ok(address));
        }
        for address in
            ["", "localhost", ":4242", "::1:4242", "[::1]", "[a]:1", "a:", "a:0", "a:65536", "http://a:1", "a b:1"]
        {
            let message = host_and_port("x", address, 1).unwrap_err().to_string();
            assert_eq!(
                message,
                format!("no x server can be at {address:?}; give a host and a port, such as \"127.0.0.1:1\"")
            );
        }
    }

    #[test]
    fn users_and_passwords_are_not_shown() {
        for (given, expected) in [
            ("http://me:p@ss@host/path", "http://***@host/path"),
            ("me:pass@host:1", "***@host:1"),
            ("http://me:a/b@host", "http://***@host"),
            ("http://host", "http://host"),
            ("http://host/write?u=me&p=hunter2", "http://host/write?***"),
            ("http://host/?p=hunt@er2", "http://***"),
            ("http://me:p@host?p=hunter2#x", "http://***@host?***"),
            ("host:1#hunter2", "host:1#***"),
        ] {
            assert_eq!(shown(given), expected, "{given}");
        }
    }
}
