//! [`check`]: whether a receiver counts right, at a pace that it sets itself.

use std::error::Error;
use std::net::UdpSocket;
use std::path::Path;

use super::receiver::{Receiver, drained};

/// So many metrics are sent.
const METRICS: u64 = 100_000;
/// With so many bytes waiting at most, for which any system has room.
const WAITING: u64 = 64 << 10;

/// Fails if a receiver that gets metrics as quickly as it reads them doesn't count each of them.
pub(crate) fn check(receiver: &Receiver, packets: &[(Vec<u8>, u64)], folder: &Path) -> Result<(), Box<dyn Error>> {
    let running = receiver.start(folder)?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(("127.0.0.1", running.port))?;
    let mut sent = 0;
    for (packet, lines) in packets.iter().cycle() {
        if sent >= METRICS {
            break;
        }
        drained(running.port, WAITING)?;
        socket.send(packet)?;
        sent += lines;
    }
    let dropped = drained(running.port, 0)?;
    let received = running.end()?;
    if (received, dropped) != (sent, 0) {
        let name = receiver.name();
        return Err(format!("{name}: {received} of {sent} metrics, and {dropped} packets dropped by the system").into());
    }
    Ok(())
}
