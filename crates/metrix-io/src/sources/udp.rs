//! [`Udp`]: lines that come in datagrams.

mod datagram;
mod drops;
mod stats;

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, Read};
use std::net::{SocketAddr, UdpSocket as StdSocket};
use std::pin::pin;
use std::task::Poll;

use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::task::yield_now;

pub use self::stats::{UdpMeter, UdpStats};
pub use crate::BindError;
use crate::{LineError, ParseLine, Reading};

/// More than any datagram has.
const MOST_BYTES: usize = 1 << 16;
/// So many datagrams are handled before other tasks get a turn.
const BATCH: usize = 64;
/// What is asked of the system for datagrams that wait; many systems give less.
const RECEIVE_BUFFER: usize = 8 << 20;
/// What a datagram takes of the receive buffer beside its bytes, at least: Linux counts its own bookkeeping, which is more.
const OVERHEAD: usize = if cfg!(target_os = "linux") { 256 } else { 1 };

/// Listens for datagrams of lines, and reads them: StatsD's, for one.
///
/// A datagram has one line, or several with a line break between them.
///
/// UDP does not tell a sender to wait. So readings go to a closure at once, which must not block; what comes faster than it
/// can take it waits in the kernel's receive buffer, and is dropped when that is full. Linux tells how many were; see
/// [`UdpStats::dropped`].
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
    socket: UdpSocket,
    address: SocketAddr,
    parser: P,
    buffer: Box<[u8]>,
    meter: UdpMeter,
    /// Whether the last batch was a full one, so that others have to get a turn.
    busy: bool,
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
            // Where the system refuses, what it gives anyway is used.
            let _as_much_as_it_gives = SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER);
            UdpSocket::from_std(socket)
        };
        let socket = listen().map_err(|cause| BindError { address, protocol: "UDP", cause })?;
        let address = socket.local_addr().map_err(|cause| BindError { address, protocol: "UDP", cause })?;
        let meter = UdpMeter::new(drops::inode(&socket));
        let udp = Self { socket, address, parser, buffer: vec![0; MOST_BYTES].into_boxed_slice(), meter, busy: false };
        udp.meter.set_receive_buffer(udp.receive_buffer());
        Ok(udp)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What reads the lines.
    pub fn parser(&self) -> &P {
        &self.parser
    }

    /// Asks the system for a receive buffer of so many bytes. [`UdpStats::receive_buffer`] says what it gave: on Linux at
    /// most `net.core.rmem_max`, doubled, as its bookkeeping takes room too.
    ///
    /// # Errors
    /// If the system refuses; Linux does not.
    pub fn set_receive_buffer(&self, bytes: usize) -> io::Result<()> {
        let result = SockRef::from(&self.socket).set_recv_buffer_size(bytes);
        self.meter.set_receive_buffer(self.receive_buffer());
        result
    }

    /// What it has done so far, to be looked at from elsewhere while it runs and after.
    pub fn meter(&self) -> UdpMeter {
        self.meter.clone()
    }

    /// Waits for datagrams, handles those that are there, up to 64, and gives what they have to `visit`, in order.
    ///
    /// # Errors
    /// If the system can't receive any more.
    ///
    /// # Cancel safety
    /// A future that is dropped before it is done has taken no datagram.
    pub async fn receive(&mut self, mut visit: impl FnMut(Result<Reading<'_>, LineError>)) -> io::Result<()> {
        if self.busy {
            self.busy = false;
            yield_now().await;
        }
        loop {
            self.socket.readable().await?;
            let mut handled = 0;
            while handled < BATCH && self.take(UdpSocket::try_recv, &mut visit)?.is_some() {
                handled += 1;
            }
            // It may be woken for nothing.
            if handled > 0 {
                self.busy = handled == BATCH;
                return Ok(());
            }
        }
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
        mut visit: impl FnMut(Result<Reading<'_>, LineError>),
    ) -> io::Result<UdpStats> {
        let mut stop = pin!(stop);
        loop {
            let mut received = pin!(self.receive(&mut visit));
            let next = poll_fn(|cx| match stop.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => received.as_mut().poll(cx).map(Some),
            });
            match next.await {
                Some(received) => received?,
                None => break,
            }
        }
        self.drain(visit)?;
        // Asked while the socket is open, so that the meter knows what was dropped in the end.
        Ok(self.meter.stats())
    }

    /// Handles what has been received by now.
    fn drain(&mut self, mut visit: impl FnMut(Result<Reading<'_>, LineError>)) -> io::Result<()> {
        // Senders may go on, so that it would never end. But what was there when it began fits into the receive buffer.
        let mut left = self.receive_buffer();
        // Asked past tokio, which would answer by what it has heard from the system so far.
        let receive = |socket: &UdpSocket, buffer: &mut [u8]| (&*SockRef::from(socket)).read(buffer);
        while let Some(bytes) = self.take(receive, &mut visit)? {
            match left.checked_sub(bytes + OVERHEAD) {
                Some(less) => left = less,
                None => break,
            }
        }
        Ok(())
    }

    /// Handles one datagram, if there is one, and says how long it was.
    fn take(
        &mut self,
        receive: impl Fn(&UdpSocket, &mut [u8]) -> io::Result<usize>,
        visit: &mut impl FnMut(Result<Reading<'_>, LineError>),
    ) -> io::Result<Option<usize>> {
        loop {
            match receive(&self.socket, &mut self.buffer) {
                Ok(len) => {
                    self.meter.count(datagram::read(&mut self.parser, &self.buffer[..len], visit));
                    return Ok(Some(len));
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Ok(None),
                    // Windows so reports that something sent from here did not arrive; nothing is.
                    io::ErrorKind::Interrupted | io::ErrorKind::ConnectionReset => {}
                    _ => return Err(error),
                },
            }
        }
    }

    fn receive_buffer(&self) -> usize {
        SockRef::from(&self.socket).recv_buffer_size().unwrap_or(RECEIVE_BUFFER)
    }
}

impl<P> fmt::Debug for Udp<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Udp")
            .field("address", &self.address)
            .field("stats", &self.meter.stats())
            .finish_non_exhaustive()
    }
}
