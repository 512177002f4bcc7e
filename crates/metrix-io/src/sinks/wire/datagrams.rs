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
    /// Where nobody listened, of a host that may have several addresses.
    refused: Option<SocketAddr>,
}

/// Why a datagram was not sent.
#[derive(Debug)]
pub(in crate::sinks) enum Unsent {
    /// It is larger than the system ever sends, with the mend.
    TooLong(String),
    Failed(io::Error),
}

/// What systems call a datagram that is too long for them; the library has no name for it.
const TOO_LONG: i32 = if cfg!(windows) {
    10_040
} else if cfg!(any(target_os = "linux", target_os = "android")) {
    90
} else {
    40
};

#[derive(Debug)]
enum Socket {
    Udp(UdpSocket),
    #[cfg(all(feature = "statsd", unix))]
    Unix(UnixDatagram),
}

impl Datagrams {
    pub(in crate::sinks) fn new(peer: Peer) -> Self {
        Self { peer, socket: None, refused: None }
    }

    /// Sends a datagram. If it is dropped, it may have been sent.
    pub(in crate::sinks) async fn send(
        &mut self,
        datagram: &[u8],
        timeouts: Timeouts,
        notes: &impl Notes,
    ) -> Result<(), Unsent> {
        let socket = self.open(timeouts, notes).await.map_err(Unsent::Failed)?;
        let sent = timeout(timeouts.write, socket.send(datagram)).await;
        match sent.unwrap_or_else(|_| Err(too_slow("taken anything", timeouts.write))) {
            Ok(()) => {
                notes.note_sent(datagram.len());
                Ok(())
            }
            Err(error) if error.raw_os_error() == Some(TOO_LONG) => Err(Unsent::TooLong(format!(
                "its datagram has {} bytes, more than this system sends: shorten its name and tags, or send over TCP",
                datagram.len()
            ))),
            Err(error) => {
                if error.kind() == io::ErrorKind::ConnectionRefused {
                    self.refused = socket.address();
                }
                self.socket = None;
                Err(Unsent::Failed(error))
            }
        }
    }

    pub(in crate::sinks) fn close(&mut self) {
        self.socket = None;
    }

    async fn open(&mut self, timeouts: Timeouts, notes: &impl Notes) -> io::Result<&Socket> {
        let is_name = match &self.peer {
            Peer::Udp(address) => address.parse::<SocketAddr>().is_err(),
            #[cfg(all(feature = "statsd", unix))]
            Peer::Unix(_) => false,
        };
        let is_good = |since: &Instant| !is_name || since.elapsed() < LOOKED_UP;
        let open = match self.socket.take().filter(|(_, since)| is_good(since)) {
            Some(open) => open,
            None => {
                let opened = timeout(timeouts.connect, Socket::connect(&self.peer, self.refused)).await;
                let socket = opened.unwrap_or_else(|_| Err(too_slow("been found", timeouts.connect)))?;
                notes.note_connection();
                (socket, Instant::now())
            }
        };
        Ok(&self.socket.insert(open).0)
    }
}

impl Socket {
    /// Of a host's addresses, the one after that which has refused is the first to be tried.
    async fn connect(peer: &Peer, refused: Option<SocketAddr>) -> io::Result<Self> {
        match peer {
            Peer::Udp(address) => {
                let mut result = Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
                for address in after(refused, tokio::net::lookup_host(address).await?.collect()) {
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

    /// To which it sends, over UDP.
    fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Udp(socket) => socket.peer_addr().ok(),
            #[cfg(all(feature = "statsd", unix))]
            Self::Unix(_) => None,
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

/// Puts those behind it first: a socket of UDP connects to any address, so that the first would be taken again and again.
fn after(refused: Option<SocketAddr>, mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    if let Some(place) = addresses.iter().rposition(|address| Some(*address) == refused) {
        addresses.rotate_left(place + 1);
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Unnoted;

    impl Notes for Unnoted {
        fn note_connection(&self) {}
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_the_system_never_sends_is_told_from_what_it_does_not_send_now() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut datagrams = Datagrams::new(Peer::Udp(server.local_addr().unwrap().to_string()));
        for (bytes, fits) in [(65_507, true), (65_508, false), (1, true)] {
            let sent = datagrams.send(&vec![b'a'; bytes], Timeouts::default(), &Unnoted).await;
            match sent {
                Ok(()) => assert!(fits, "{bytes}"),
                Err(Unsent::TooLong(reason)) => assert!(!fits && reason.contains("has 65508 bytes"), "{reason}"),
                Err(Unsent::Failed(error)) => panic!("{bytes}: {error}"),
            }
        }
    }

    #[tokio::test]
    async fn an_address_that_refuses_gives_way_to_the_next() {
        let addresses: Vec<SocketAddr> =
            ["[::1]:1", "127.0.0.1:1", "127.0.0.2:1"].map(|address| address.parse().unwrap()).to_vec();
        let turned = |by| [&addresses[by..], &addresses[..by]].concat();
        assert_eq!(after(None, addresses.clone()), turned(0));
        assert_eq!(after(Some("[::1]:2".parse().unwrap()), addresses.clone()), turned(0));
        for place in 0..3 {
            assert_eq!(after(Some(addresses[place]), addresses.clone()), turned((place + 1) % 3));
        }

        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        drop(server);
        let mut datagrams = Datagrams::new(Peer::Udp(address.to_string()));
        let mut sends = 0;
        while datagrams.send(b"a", Timeouts::default(), &Unnoted).await.is_ok() {
            sends += 1;
            assert!(sends < 100, "nobody listens");
        }
        assert_eq!(datagrams.refused, Some(address));
    }
}
