//! Where datagrams come to.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::config::problem::Read;
use crate::config::value::Value;

/// Where StatsD clients send to unless told otherwise.
pub(super) const USUAL: &str = "udp://127.0.0.1:8125";
/// The same.
pub(super) const USUAL_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8125);

pub(super) fn read(value: &Value<'_>) -> Read<SocketAddr> {
    let text = value.text()?;
    let Some((scheme, address)) = text.split_once("://") else {
        let mend = match text.parse::<SocketAddr>() {
            Ok(address) => format!("\"udp://{address}\""),
            Err(_) => value.key.example.to_owned(),
        };
        return Err(value.wrong(format!("`listen`, `{text}`, doesn't say how to listen: write listen = {mend}")));
    };
    if scheme != "udp" {
        let mend = value.key.example;
        return Err(value.wrong(format!("`listen` knows only udp, and not `{scheme}`: write listen = {mend}")));
    }
    address.parse().map_err(|_| {
        value.wrong(format!(
            "`listen`, `{text}`, is no address: write an IP address and a port, as in udp://127.0.0.1:8125 or \
             udp://[::1]:8125, or udp://0.0.0.0:8125 for all of this machine's"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_address_is_what_it_is_called() {
        assert_eq!(format!("udp://{USUAL_ADDRESS}"), USUAL);
    }
}
