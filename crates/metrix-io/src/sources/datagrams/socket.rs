//! [`Socket`]: what datagrams come to.

use std::future::Future;
use std::io::{self, Read};

use socket2::SockRef;
use tokio::net::UdpSocket;

/// So many datagrams of this machine may wait, whatever the system says: it may have said something else when the socket was made.
#[cfg(unix)]
const QUEUE: usize = 1024;

/// What datagrams come to, of one kind or another.
pub(in crate::sources) trait Socket {
    /// The socket of the system.
    fn reference(&self) -> SockRef<'_>;

    /// Waits until there may be one.
    fn readable(&self) -> impl Future<Output = io::Result<()>> + Send;

    /// Takes one, if tokio has heard of any.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize>;

    /// How many may wait, where the size of the receive buffer is no bound to that.
    fn longest_queue() -> usize {
        0
    }

    /// Takes one, past tokio, which would answer by what it has heard from the system so far.
    fn receive_past_tokio(&self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self.reference()).read(buffer)
    }
}

impl Socket for UdpSocket {
    fn reference(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    fn readable(&self) -> impl Future<Output = io::Result<()>> + Send {
        self.readable()
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_recv(buffer)
    }
}

#[cfg(unix)]
impl Socket for tokio::net::UnixDatagram {
    fn reference(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    fn readable(&self) -> impl Future<Output = io::Result<()>> + Send {
        self.readable()
    }

    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_recv(buffer)
    }
    /// Linux counts datagrams here, and their bytes as the senders'. One more than it says may wait.
    fn longest_queue() -> usize {
        let most = std::fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen");
        let most = most.ok().and_then(|most| most.trim().parse::<usize>().ok()).unwrap_or(0);
        most.saturating_add(1).max(QUEUE)
    }
}
