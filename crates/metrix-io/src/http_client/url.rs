//! [`HttpUrl`]: where a server is.

use hyper::Uri;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::address::{AddressError, is_host_and_port};

/// The URL of a server, which has no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HttpUrl {
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// As it was written.
    pub(super) authority: String,
    /// Without a `/` at its end.
    pub(super) path: String,
    /// The name that the certificate has to be for, if it is `https`.
    pub(super) tls_name: Option<ServerName<'static>>,
}

impl HttpUrl {
    /// Reads the URL of a server of this protocol, whose usual port stands in the error's example.
    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp"))]
    pub(crate) fn parse(protocol: &'static str, url: &str, port: u16) -> Result<Self, AddressError> {
        let wanted = || format!("give a URL without user and query, such as \"http://127.0.0.1:{port}\"");
        Self::read(url).ok_or_else(|| AddressError::new(protocol, url, wanted()))
    }

    /// Reads the URL of one thing at a server of this protocol, which may have a query: there is nothing below it.
    #[cfg(any(feature = "prometheus", feature = "remote_write"))]
    pub(crate) fn parse_whole(protocol: &'static str, url: &str, example: &str) -> Result<Self, AddressError> {
        let wanted = || format!("give a URL without user, such as {example:?}");
        let whole = || {
            let uri: Uri = url.parse().ok()?;
            let without_query = url.split('?').next()?;
            Some(Self { path: uri.path_and_query()?.to_string(), ..Self::read(without_query)? })
        };
        whole().ok_or_else(|| AddressError::new(protocol, url, wanted()))
    }

    /// Whether it is of a place within a server.
    #[cfg(feature = "otlp")]
    pub(crate) fn has_path(&self) -> bool {
        !self.path.is_empty()
    }

    /// The host, and the port even if it is the usual one.
    #[cfg(feature = "prometheus")]
    pub(crate) fn host_and_port(&self) -> String {
        let bracketed = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        format!("{bracketed}:{}", self.port)
    }

    fn read(url: &str) -> Option<Self> {
        let uri: Uri = url.parse().ok()?;
        let authority = uri.authority()?;
        let usual = match uri.scheme_str() {
            Some("http") => 80,
            Some("https") => 443,
            _ => return None,
        };
        let port = authority.port_u16().unwrap_or(usual);
        if uri.query().is_some() || !is_host_and_port(&format!("{}:{port}", authority.host())) {
            return None;
        }
        // A port of none or too many digits is no port, and a user is no part of the host.
        let rest = authority.as_str().strip_prefix(authority.host())?;
        if !rest.is_empty() && authority.port_u16().is_none() {
            return None;
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let tls_name = if usual == 443 { Some(ServerName::try_from(host.clone()).ok()?) } else { None };
        let path = uri.path().trim_end_matches('/').to_owned();
        Some(Self { host, port, authority: authority.to_string(), path, tls_name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp"))]
    #[test]
    fn takes_urls_with_a_path() {
        for (given, host, port, authority, path, is_tls) in [
            ("http://127.0.0.1:4242", "127.0.0.1", 4242, "127.0.0.1:4242", "", false),
            ("http://[::1]:4242/", "::1", 4242, "[::1]:4242", "", false),
            ("http://tsdb/insert/0/opentsdb/", "tsdb", 80, "tsdb", "/insert/0/opentsdb", false),
            ("https://tsdb/", "tsdb", 443, "tsdb", "", true),
            ("https://[::1]:1/a", "::1", 1, "[::1]:1", "/a", true),
        ] {
            let url = HttpUrl::parse("x", given, 1).unwrap();
            let found = (&*url.host, url.port, &*url.authority, &*url.path, url.tls_name.is_some());
            assert_eq!(found, (host, port, authority, path, is_tls));
        }
    }

    #[cfg(any(feature = "prometheus", feature = "remote_write"))]
    #[test]
    fn a_whole_one_has_its_query() {
        for (given, authority, path) in [
            ("http://a/api/v1/write?db=x&u=a/b", "a", "/api/v1/write?db=x&u=a/b"),
            ("http://a:1", "a:1", "/"),
            ("http://a/b/?", "a", "/b/?"),
        ] {
            let url = HttpUrl::parse_whole("x", given, "").unwrap();
            assert_eq!((&*url.authority, &*url.path), (authority, path));
        }
        let message = HttpUrl::parse_whole("x", "http://u:p@a/b", "http://a").unwrap_err().to_string();
        assert_eq!(message, "no x server can be at \"http://***@a/b\"; give a URL without user, such as \"http://a\"");
    }

    #[cfg(any(feature = "influx", feature = "opentsdb", feature = "otlp"))]
    #[test]
    fn refuses_what_is_none() {
        for given in [
            "",
            "/",
            "127.0.0.1:4242",
            "ftp://a",
            "http://",
            "http://u:p@a",
            "http://a?b",
            "http://a:0",
            "http://a:",
            "http://a:99999",
            "a b",
            "https://a_$b",
        ] {
            let message = HttpUrl::parse("x", given, 1).unwrap_err().to_string();
            assert!(message.contains("; give a URL without user and query"), "{message}");
            assert!(!message.contains("u:p"), "{message}");
        }
    }
}
