//! [`Udp`]: lines that come in datagrams of UDP.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, UdpSocket as StdSocket};

use tokio::net::UdpSocket;

use super::datagrams::{Datagrams, inode};
use super::{DatagramMeter, DatagramStats};
use crate::{BindError, Endpoint, LineError, ParseLine, Reading};

/// Listens for datagrams of lines, and reads them: StatsD's, for one.
///
/// A datagram has one line, or several with a line break between them.
///
/// UDP does not tell a sender to wait. So readings go to a closure at once, which must not block; what comes faster than it
/// can take it waits in the kernel's receive buffer, and is dropped when that is full. Linux tells how many were; see
/// [`DatagramStats::dropped`].
///
/// ```
/// use metrix_io::sources::{statsd::StatsD, udp::Udp};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut udp = Udp::bind("127.0.0.1:0".parse()?, StatsD::new())?; // any free port; or StatsD::ADDRESS
/// let client = std::net::UdpSocket::bind("127.0.0.1:0")?;
/// client.send_to(b"requests:3|c\nlatency:12:7.5|ms\nlatency:quick|ms", udp.address())?;
///
/// let (mut values, mut faults) = (Vec::new(), Vec::new());
/// let stop = std::future::ready(()); // usually a signal
/// let stats = udp.run(stop, |read| match read {
///     Ok(reading) => values.push(reading.value),
///     Err(fault) => faults.push(fault.kind),
/// }).await?;
/// assert_eq!((values, faults), (vec![3.0, 12.0, 7.5], vec!["value"]));
/// assert_eq!((stats.datagrams, stats.lines, stats.readings, stats.faults), (1, 3, 3, 1));
/// # Ok(())
/// # }
/// ```
///
/// Memory: 64 KiB, what the parser has, and the receive buffer in the kernel.
pub struct Udp<P> {
    datagrams: Datagrams<P, UdpSocket>,
    address: SocketAddr,
}

impl<P: ParseLine> Udp<P> {
    /// Listens on an address; port 0 is any free one. It asks the system for a receive buffer of 8 MiB, and takes what it
    /// gets.
    ///
    /// Everybody who can reach the address can send: a loopback address lets only this machine.
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O on.
    pub fn bind(address: SocketAddr, parser: P) -> Result<Self, BindError> {
        let listen = || {
            let socket = StdSocket::bind(address)?;
            socket.set_nonblocking(true)?;
            let socket = UdpSocket::from_std(socket)?;
            let address = socket.local_addr()?;
            let inode = inode(&socket);
            Ok(Self { datagrams: Datagrams::new(socket, inode, parser), address })
        };
        listen().map_err(|cause| BindError::new(Endpoint::Udp(address), cause))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What reads the lines.
    pub fn parser(&self) -> &P {
        self.datagrams.parser()
    }

    /// Asks the system for a receive buffer of so many bytes. [`DatagramStats::receive_buffer`] says what it gave: on Linux
    /// at most `net.core.rmem_max`, doubled, as its bookkeeping takes room too.
    ///
    /// # Errors
    /// If the system refuses; Linux does not.
    pub fn set_receive_buffer(&self, bytes: usize) -> io::Result<()> {
        self.datagrams.set_receive_buffer(bytes)
    }

    /// What it has done so far, to be looked at from elsewhere while it runs and after.
    pub fn meter(&self) -> DatagramMeter {
        self.datagrams.meter.clone()
    }

    /// Waits for datagrams, handles those that are there, up to 64, and gives what they have to `visit`, in order.
    ///
    /// # Errors
    /// If the system can't receive any more.
    ///
    /// # Cancel safety
    /// A future that is dropped before it is done has taken no datagram.
    pub async fn receive(&mut self, visit: impl FnMut(Result<Reading<'_>, LineError>)) -> io::Result<()> {
        self.datagrams.receive(visit).await
    }

    /// Listens until `stop` is done, then handles what had been received by then. What has been read goes to `visit`, in
    /// order. The socket is closed when this is dropped.
    ///
    /// # Errors
    /// If the system can't receive any more.
    ///
    /// # Cancel safety
    /// A future that is dropped leaves datagrams in the kernel, for the next call.
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        visit: impl FnMut(Result<Reading<'_>, LineError>),
    ) -> io::Result<DatagramStats> {
        self.datagrams.run(stop, visit).await
    }
}

impl<P> fmt::Debug for Udp<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Udp")
            .field("address", &self.address)
            .field("stats", &self.datagrams.meter.stats())
            .finish_non_exhaustive()
    }
}
