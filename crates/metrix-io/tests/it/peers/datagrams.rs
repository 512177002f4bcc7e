//! [`takes_datagrams`]: whether a server is there that says nothing.

use std::fs;

/// Whether something takes datagrams there. The system is asked, as the port would be taken from who is about to have it if it were tried.
pub(crate) fn takes_datagrams(port: u16) -> bool {
    let end = format!(":{port:04X}");
    ["/proc/net/udp", "/proc/net/udp6"].into_iter().any(|table| {
        let sockets = fs::read_to_string(table).unwrap_or_default();
        sockets.lines().any(|socket| socket.split_whitespace().nth(1).is_some_and(|address| address.ends_with(&end)))
    })
}
