//! [`free_ports`]: ports for servers that have to be told theirs.

use std::array;
use std::net::{TcpListener, UdpSocket};
use std::ops::Range;
use std::process::id;
use std::sync::atomic::{AtomicU32, Ordering};

/// Above these are those that Linux hands out to all who ask for any: another test could be given one of them before its server has it,
/// or between the server's end and its coming again.
const PORTS: Range<u16> = 10_000..32_768;

/// Ports of this machine that are free, of TCP and UDP, and stay so until somebody takes them on purpose.
pub(crate) fn free_ports<const COUNT: usize>() -> [u16; COUNT] {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    array::from_fn(|_| {
        loop {
            // Tests in another process begin elsewhere.
            let place = id().wrapping_mul(1009).wrapping_add(TRIED.fetch_add(1, Ordering::Relaxed));
            let port = PORTS.start + (place % PORTS.len() as u32) as u16;
            let address = ("127.0.0.1", port);
            if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
                break port;
            }
        }
    })
}
