//! [`Addresses`]: what is listened on.

use std::collections::HashMap;
use std::net::SocketAddr;

use super::first::One;
use super::problem::Problems;

/// What is listened on, and by what: a source or a sink.
#[derive(Debug, Default)]
pub(super) struct Addresses(HashMap<String, &'static str>);

impl Addresses {
    /// Reports an address that something else listens on.
    pub(super) fn check(&mut self, one: Option<One<'_>>, listener: &'static str, problems: &Problems) {
        let Some(One { at, is }) = one else { return };
        let Some(first) = self.0.insert(port(is), listener) else { return };
        let both = match first == listener {
            true => format!("two {first}s"),
            false => format!("a {first} and a {listener}"),
        };
        problems
            .wrong(at, format!("{both} listen on `{is}`: leave one of them out, or have it listen on another port"));
    }
}

/// The port that an address takes, which is one whatever is spoken there. What is none stands for itself.
fn port(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let transport = match scheme {
        "udp" => "udp",
        "tcp" | "http" => "tcp",
        _ => return address.to_owned(),
    };
    match rest.split('/').next().unwrap_or(rest).parse::<SocketAddr>() {
        Ok(socket) => format!("{transport}://{socket}"),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn a_port_is_one_whatever_is_spoken_there() {
        for (one, other, are_one) in [
            ("http://127.0.0.1:1/metrics", "tcp://127.0.0.1:1", true),
            ("http://[::1]:1", "http://[0:0::1]:1/", true),
            ("udp://127.0.0.1:1", "tcp://127.0.0.1:1", false),
            ("http://127.0.0.1:1", "http://127.0.0.2:1", false),
            ("unix:///a", "unix:///b", false),
        ] {
            assert_eq!(port(one) == port(other), are_one, "{one} {other}");
        }
    }
}
