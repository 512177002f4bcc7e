//! [`Listen`]: where lines come to over the network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
#[cfg(unix)]
use std::path::PathBuf;

use super::TcpBounds;
use crate::config::problem::Read;
use crate::config::value::Value;

/// Where lines come to over the network, or from this machine's other processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    Udp(SocketAddr),
    Tcp(SocketAddr, TcpBounds),
    /// Datagrams at a path.
    #[cfg(unix)]
    Unix(PathBuf),
}

/// As a configuration has it.
impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Udp(address) => write!(f, "udp://{address}"),
            Self::Tcp(address, _) => write!(f, "tcp://{address}"),
            #[cfg(unix)]
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// Where StatsD clients send to unless told otherwise.
pub(super) const STATSD: &str = "udp://127.0.0.1:8125";
/// The same.
pub(super) const STATSD_LISTEN: Listen = Listen::Udp(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8125));
/// Where Graphite's clients do.
pub(super) const GRAPHITE: &str = "tcp://127.0.0.1:2003";
/// The same.
pub(super) const GRAPHITE_LISTEN: Listen = Listen::Tcp(
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 2003),
    TcpBounds { connections: None, idle: None, line: None },
);

pub(super) fn read(value: &Value<'_>) -> Read<Listen> {
    let text = value.text()?;
    let Some((scheme, address)) = text.split_once("://") else {
        let mend = match text.parse::<SocketAddr>() {
            Ok(address) => {
                let usual = value.key.example.trim_matches('"').split("://").next().unwrap_or("udp");
                format!("\"{usual}://{address}\"")
            }
            Err(_) => value.key.example.to_owned(),
        };
        return Err(value.wrong(format!("`listen`, `{text}`, doesn't say how to listen: write listen = {mend}")));
    };
    let parsed = || {
        address.parse().map_err(|_| {
            value.wrong(format!(
                "`listen`, `{text}`, is no address: write an IP address and a port, as in {scheme}://127.0.0.1:8125 or \
                 {scheme}://[::1]:8125, or {scheme}://0.0.0.0:8125 for all of this machine's"
            ))
        })
    };
    match scheme {
        "udp" => parsed().map(Listen::Udp),
        "tcp" => parsed().map(|address| Listen::Tcp(address, TcpBounds::default())),
        #[cfg(unix)]
        "unix" if address.starts_with('/') => Ok(Listen::Unix(address.into())),
        #[cfg(unix)]
        "unix" => Err(value.wrong(format!(
            "`listen`, `{text}`, is no absolute path: write it after unix://, as in unix:///run/metrix/statsd.socket"
        ))),
        _ => {
            let mend = value.key.example;
            Err(value.wrong(format!("`listen` knows udp, tcp and unix, and not `{scheme}`: write listen = {mend}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_addresses_are_what_they_are_called() {
        assert_eq!([STATSD_LISTEN, GRAPHITE_LISTEN].map(|listen| listen.to_string()), [STATSD, GRAPHITE]);
    }
}
