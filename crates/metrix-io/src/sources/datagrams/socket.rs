//! [`Socket`]: what datagrams come to.

use std::future::Future;
use std::io::{self, Read};

use socket2::SockRef;
use tokio::net::UdpSocket;

/// What datagrams come to, of one kind or another.
pub(in crate::sources) trait Socket {
    /// The socket of the system.
    fn reference(&self) -> SockRef<'_>;

    /// Waits until there may be one.
    fn readable(&self) -> impl Future<Output = io::Result<()>> + Send;

    /// Takes one, if tokio has heard of any.
    fn receive(&self, buffer: &mut [u8]) -> io::Result<usize>;

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
}
