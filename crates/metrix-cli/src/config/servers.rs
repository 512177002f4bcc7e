//! [`one_name`]: whether servers that are called otherwise are the same.

use std::net::IpAddr;

/// Texts that name the same servers, with commas between, as one: without schemes, with the port where it is left out, in one order,
/// and with one name for this machine, which has several.
pub(super) fn one_name(servers: &str, port: u16) -> String {
    let mut names: Vec<String> = servers.split(',').map(|server| of_server(server.trim(), port)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(",")
}

fn of_server(server: &str, port: u16) -> String {
    let address = server.split_once("://").map_or(server, |(_, address)| address);
    // The colons in the brackets of IPv6 are followed by no port.
    let with_port = address.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    let (host, port) = with_port.unwrap_or((address, port));
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    let is_here = plain.eq_ignore_ascii_case("localhost") || plain.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let host = if is_here { "localhost".to_owned() } else { host.to_ascii_lowercase() };
    format!("{host}:{port}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_have_one_name() {
        for (servers, expected) in [
            ("nats://localhost:4222", "localhost:4222"),
            ("nats://127.0.0.1", "localhost:4222"),
            ("tls://LOCALHOST", "localhost:4222"),
            ("[::1]", "localhost:4222"),
            ("[::1]:4223", "localhost:4223"),
            ("127.0.0.2:1, localhost:1", "localhost:1"),
            ("[2001:db8::1]", "[2001:db8::1]:4222"),
            ("nats://b,nats://A.example:1", "a.example:1,b:4222"),
            ("localhost.example", "localhost.example:4222"),
        ] {
            assert_eq!(one_name(servers, 4222), expected, "{servers}");
        }
    }
}
