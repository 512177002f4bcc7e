//! [`AddressError`]: where no server can be.

use std::error::Error;
use std::fmt;

use hyper::Uri;

/// An address or URL that no server can have.
///
/// ```
/// use metrix::sink::OpenTsdb;
///
/// let error = OpenTsdb::telnet("localhost").unwrap_err();
/// let expected = r#"no opentsdb server can be at "localhost"; give a host and a port, such as "127.0.0.1:4242""#;
/// assert_eq!(error.to_string(), expected);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressError {
    given: String,
    wanted: &'static str,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no opentsdb server can be at {:?}; {}", self.given, self.wanted)
    }
}

impl Error for AddressError {}

/// Checks an address of the form `host:port`. Whether there is such a host is seen when connecting.
pub(super) fn host_and_port(address: &str) -> Result<String, AddressError> {
    let wanted = "give a host and a port, such as \"127.0.0.1:4242\"";
    let error = || AddressError { given: address.to_owned(), wanted };
    let (host, port) = address.rsplit_once(':').ok_or_else(error)?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = bare.map_or(!host.contains(':'), |host| host.contains(':'));
    let is_name = !host.is_empty() && !host.contains(|char: char| char.is_whitespace() || "/@".contains(char));
    match port.parse::<u16>() {
        Ok(1..) if is_host && is_name => Ok(address.to_owned()),
        _ => Err(error()),
    }
}

/// Splits a URL into the address of the server and the path, which has no `/` at its end.
pub(super) fn url(url: &str) -> Result<(String, String), AddressError> {
    let wanted = "give a URL without user and query, such as \"http://127.0.0.1:4242\"";
    let error = || AddressError { given: url.to_owned(), wanted };
    let uri: Uri = url.parse().map_err(|_| error())?;
    let authority = uri.authority().ok_or_else(error)?;
    if uri.scheme_str() != Some("http") || uri.query().is_some() || authority.as_str().contains('@') {
        return Err(error());
    }
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80));
    Ok((host_and_port(&address).map_err(|_| error())?, uri.path().trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_hosts_with_ports() {
        for address in ["127.0.0.1:4242", "localhost:1", "[::1]:65535", "tsdb.example.org:4242"] {
            assert_eq!(host_and_port(address).as_deref(), Ok(address));
        }
        for address in
            ["", "localhost", ":4242", "::1:4242", "[::1]", "[a]:1", "a:", "a:0", "a:65536", "http://a:1", "a b:1"]
        {
            let message = host_and_port(address).unwrap_err().to_string();
            assert!(message.contains(&format!("{address:?}; give a host")), "{message}");
        }
    }

    #[test]
    fn takes_urls_with_a_path() {
        for (given, address, path) in [
            ("http://127.0.0.1:4242", "127.0.0.1:4242", ""),
            ("http://[::1]:4242/", "[::1]:4242", ""),
            ("http://tsdb/insert/0/opentsdb/", "tsdb:80", "/insert/0/opentsdb"),
        ] {
            assert_eq!(url(given), Ok((address.to_owned(), path.to_owned())));
        }
        for given in
            ["", "/", "127.0.0.1:4242", "https://a", "http://", "http://u:p@a", "http://a?b", "http://a:0", "a b"]
        {
            let message = url(given).unwrap_err().to_string();
            assert!(message.contains(&format!("{given:?}; give a URL")), "{message}");
        }
    }
}
