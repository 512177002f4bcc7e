//! [`Datagrams`]: bytes as datagrams, of UDP or of this machine.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
#[cfg(all(feature = "statsd", unix))]
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::UdpSocket;
#[cfg(all(feature = "statsd", unix))]
use tokio::net::UnixDatagram;
use tokio::time::{Instant, timeout};

use super::counts::WireCounts;
use super::notes::Notes;
use super::timeouts::{Timeouts, too_slow};

/// A host's name is looked up anew after this time: nothing says that it has moved.
const LOOKED_UP: Duration = Duration::from_secs(60);

/// To whom.
#[derive(Clone, Debug)]
pub(in crate::sinks) enum Peer {
    /// `host:port`.
    Udp(String),
    #[cfg(all(feature = "statsd", unix))]
    Unix(PathBuf),
}

/// Sends datagrams from a socket, which is opened when there is something to send, and anew after an error.
#[derive(Debug)]
pub(in crate::sinks) struct Datagrams {
    peer: Peer,
    socket: Option<(Socket, Instant)>,
}

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    #[cfg(all(feature = "statsd", unix))]
    Unix(UnixDatagram),
}

impl Datagrams {
    pub(in crate::sinks) fn new(peer: Peer) -> Self {
        Self { peer, socket: None }
    }

    /// Sends datagrams one after another; if one can't be sent, it says which. One that is dropped has sent some of them.
    pub(in crate::sinks) async fn write<'a>(
        &mut self,
        datagrams: impl Iterator<Item = &'a [u8]>,
        timeouts: Timeouts,
        counts: &WireCounts,
    ) -> Result<(), (usize, io::Error)> {
        self.open(timeouts, counts).await.map_err(|error| (0, error))?;
        for (place, datagram) in datagrams.enumerate() {
            let Some((socket, _)) = &self.socket else { break };
            let sent = timeout(timeouts.write, socket.send(datagram)).await;
            match sent.unwrap_or_else(|_| Err(too_slow("taken anything", timeouts.write))) {
                Ok(()) => counts.note_sent(datagram.len()),
                Err(error) => {
                    self.socket = None;
                    return Err((place, error));
                }
            }
        }
        Ok(())
    }

    pub(in crate::sinks) fn close(&mut self) {
        self.socket = None;
    }

    async fn open(&mut self, timeouts: Timeouts, counts: &WireCounts) -> io::Result<()> {
        let is_name = match &self.peer {
            Peer::Udp(address) => address.parse::<SocketAddr>().is_err(),
            #[cfg(all(feature = "statsd", unix))]
            Peer::Unix(_) => false,
        };
        let is_good = |since: &Instant| !is_name || since.elapsed() < LOOKED_UP;
        if self.socket.as_ref().is_some_and(|(_, since)| is_good(since)) {
            return Ok(());
        }
        let opened = timeout(timeouts.connect, Socket::connect(&self.peer)).await;
        let socket = opened.unwrap_or_else(|_| Err(too_slow("been found", timeouts.connect)))?;
        counts.note_connection();
        self.socket = Some((socket, Instant::now()));
        Ok(())
    }
}

impl Socket {
    async fn connect(peer: &Peer) -> io::Result<Self> {
        match peer {
            Peer::Udp(address) => {
                let mut result = Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
                for address in tokio::net::lookup_host(address).await? {
                    let any = match address {
                        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
                    };
                    // Connected, so that the system tells if nobody listens there.
                    result = async {
                        let socket = UdpSocket::bind((any, 0)).await?;
                        socket.connect(address).await?;
                        Ok(Self::Udp(socket))
                    }
                    .await;
                    if result.is_ok() {
                        break;
                    }
                }
                result
            }
            #[cfg(all(feature = "statsd", unix))]
            Peer::Unix(path) => {
                let socket = UnixDatagram::unbound()?;
                socket.connect(path)?;
                Ok(Self::Unix(socket))
            }
        }
    }

    async fn send(&self, datagram: &[u8]) -> io::Result<()> {
        // A datagram is sent whole or not at all.
        match self {
            Self::Udp(socket) => socket.send(datagram).await.map(drop),
            #[cfg(all(feature = "statsd", unix))]
            Self::Unix(socket) => socket.send(datagram).await.map(drop),
        }
    }
}
