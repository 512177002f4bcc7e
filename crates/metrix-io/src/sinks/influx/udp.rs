//! [`Udp`]: lines in datagrams.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::{UdpSocket, lookup_host};
use tokio::time::{Duration, timeout};

/// No datagram has more bytes than these, over IPv4.
pub(super) const MOST_BYTES: usize = 65_507;

/// Sends datagrams of whole lines.
#[derive(Debug)]
pub(super) struct Udp {
    address: String,
    /// So many bytes are put together at most; a line that has more goes alone.
    pub(super) packed: usize,
    socket: Option<UdpSocket>,
}

impl Udp {
    pub(super) fn new(address: String) -> Self {
        Self { address, packed: 1432, socket: None }
    }

    /// The socket, or a new one after a failure: the name is looked up anew.
    pub(super) async fn socket(&mut self, limit: Duration) -> io::Result<&UdpSocket> {
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => {
                let late =
                    |_| Err(io::Error::new(io::ErrorKind::TimedOut, format!("its name is not found within {limit:?}")));
                timeout(limit, open(&self.address)).await.unwrap_or_else(late)?
            }
        };
        Ok(self.socket.insert(socket))
    }

    pub(super) fn close(&mut self) {
        self.socket = None;
    }
}

async fn open(address: &str) -> io::Result<UdpSocket> {
    let nowhere = || io::Error::new(io::ErrorKind::NotFound, "its name has no address");
    let peer = lookup_host(address).await?.next().ok_or_else(nowhere)?;
    let any: SocketAddr =
        if peer.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    // So the system can tell that nobody listens there.
    socket.connect(peer).await?;
    Ok(socket)
}
