//! [`Addresses`]: what is listened on.

use std::net::SocketAddr;

use super::first::One;
use super::problem::Problems;

/// What is listened on, and by what: a source or a sink.
#[derive(Debug, Default)]
pub(super) struct Addresses<'a>(Vec<(Address<'a>, &'static str)>);

/// What two can't listen on.
#[derive(Clone, Copy, Debug)]
enum Address<'a> {
    Udp(SocketAddr),
    /// Whatever is spoken over it.
    Tcp(SocketAddr),
    /// A path, or what is none of these, which is reported elsewhere.
    Other(&'a str),
}

impl<'a> Addresses<'a> {
    /// Reports an address that something else listens on. Of port 0, which is any that is free, there may be several.
    pub(super) fn check(&mut self, one: Option<One<'a>>, listener: &'static str, problems: &Problems) {
        let Some(One { at, is }) = one else { return };
        let address = Address::of(is);
        if let Some((_, first)) = self.0.iter().find(|(other, _)| other.excludes(address)) {
            let both = match *first == listener {
                true => format!("two {first}s"),
                false => format!("a {first} and a {listener}"),
            };
            problems.wrong(
                at,
                format!("{both} listen on `{is}`: leave one of them out, or have it listen on another port"),
            );
        }
        self.0.push((address, listener));
    }
}

impl<'a> Address<'a> {
    fn of(text: &'a str) -> Self {
        let socket = |rest: &str| rest.split('/').next().and_then(|socket| socket.parse().ok());
        match text.split_once("://") {
            Some(("udp", rest)) => socket(rest).map(Self::Udp),
            Some(("tcp" | "http", rest)) => socket(rest).map(Self::Tcp),
            _ => None,
        }
        .unwrap_or(Self::Other(text))
    }

    fn excludes(self, other: Self) -> bool {
        match (self, other) {
            (Self::Udp(one), Self::Udp(other)) | (Self::Tcp(one), Self::Tcp(other)) => {
                let (is_any, is_same) = (|socket: SocketAddr| socket.ip().is_unspecified(), one.ip() == other.ip());
                let is_one_family = one.is_ipv4() == other.is_ipv4();
                one.port() == other.port()
                    && one.port() != 0
                    && (is_same || is_one_family && (is_any(one) || is_any(other)))
            }
            (Self::Other(one), Self::Other(other)) => one == other,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_port_is_one_whatever_is_spoken_there() {
        for (one, other, expected) in [
            ("http://127.0.0.1:1/metrics", "tcp://127.0.0.1:1", true),
            ("http://[::1]:1", "http://[0:0::1]:1/", true),
            ("http://0.0.0.0:1", "tcp://127.0.0.1:1", true),
            ("tcp://127.0.0.1:1", "http://0.0.0.0:1", true),
            ("tcp://127.0.0.1:1", "http://[::]:1", false),
            ("udp://127.0.0.1:1", "tcp://127.0.0.1:1", false),
            ("http://127.0.0.1:1", "http://127.0.0.2:1", false),
            ("http://127.0.0.1:0/", "http://127.0.0.1:0/", false),
            ("unix:///a", "unix:///a", true),
            ("unix:///a", "unix:///b", false),
        ] {
            assert_eq!(Address::of(one).excludes(Address::of(other)), expected, "{one} {other}");
        }
    }
}
