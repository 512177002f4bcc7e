//! [`AddressError`]: where no server can be.

use std::error::Error;
use std::fmt;

/// An address that no server can have.
///
/// ```
/// # #[cfg(feature = "statsd")] {
/// use metrix_io::sinks::statsd::StatsD;
///
/// let error = StatsD::udp("localhost").unwrap_err();
/// let expected = r#"no server can be at "localhost"; give a host and a port, such as "127.0.0.1:8125""#;
/// assert_eq!(error.to_string(), expected);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressError {
    given: String,
    example: &'static str,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { given, example } = self;
        write!(f, "no server can be at {given:?}; give a host and a port, such as {example:?}")
    }
}

impl Error for AddressError {}

/// An address of the form `host:port`. Whether there is such a host is seen when connecting.
pub(in crate::sinks) fn host_and_port(address: &str, example: &'static str) -> Result<String, AddressError> {
    let is_right = address.rsplit_once(':').is_some_and(|(host, port)| {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_host = bare.map_or(!host.contains(':'), |host| host.contains(':'));
        let is_name = !host.is_empty() && !host.contains(|char: char| char.is_whitespace() || "/@".contains(char));
        is_host && is_name && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    match is_right {
        true => Ok(address.to_owned()),
        false => Err(AddressError { given: address.to_owned(), example }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_hosts_with_ports() {
        for address in ["127.0.0.1:8125", "localhost:1", "[::1]:65535", "statsd.example.org:8125"] {
            assert_eq!(host_and_port(address, "").as_deref(), Ok(address));
        }
        for address in
            ["", "localhost", ":8125", "::1:8125", "[::1]", "[a]:1", "a:", "a:0", "a:65536", "udp://a:1", "a b:1"]
        {
            assert!(host_and_port(address, "").is_err(), "{address}");
        }
    }
}
