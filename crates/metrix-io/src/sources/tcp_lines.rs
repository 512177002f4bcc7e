//! [`TcpLines`]: lines that come over connections of TCP.

mod connection;
mod door;
mod piece;
mod stats;

use std::fmt;
use std::future::Future;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use metrix::size;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

use self::door::{Limits, accept};
use self::piece::Piece;
pub use self::stats::{TcpMeter, TcpStats};
use crate::{BindError, Endpoint, LineError, ParseLine, Reading};

/// So many pieces, of 16 KiB or one line each, wait to be taken before senders have to.
const AHEAD: usize = 16;

/// Listens for connections that bring lines, and reads them: of StatsD, Graphite, JSON, or any other protocol of lines.
///
/// Each line ends with `\n` or `\r\n`. Those of a connection are read in order, and those of several as they come. Nothing is
/// ever sent back. Unlike with datagrams, senders wait while readings are not taken. What comes later than it [stops](Self::stop) is lost.
///
/// What a connection has sent when it ends without a line end is no line, as it may be a part of one: it is a fault of the kind
/// `cut`. A line that is longer than [`max_line`](Self::max_line) is passed over, and a fault of the kind `too long`. All other
/// faults are the parser's, and end no connection.
///
/// ```
/// # #[cfg(feature = "statsd")] {
/// use metrix_io::sources::{statsd::StatsD, tcp_lines::TcpLines};
/// use std::io::Write;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut tcp = TcpLines::bind("127.0.0.1:0".parse()?, StatsD::new())?; // any free port
/// let mut client = std::net::TcpStream::connect(tcp.address())?;
/// client.write_all(b"requests:3|c\nlatency:12:7.5|ms\nlatency:quick|ms\nlatency:1")?;
///
/// let (mut values, mut faults) = (Vec::new(), Vec::new());
/// let stop = std::future::ready(()); // usually a signal
/// let stats = tcp.run(stop, |read| match read {
///     Ok(reading) => values.push(reading.value),
///     Err(fault) => faults.push(fault.kind),
/// }).await;
/// assert_eq!((values, faults), (vec![3.0, 12.0, 7.5], vec!["value", "cut"]));
/// assert_eq!((stats.connections, stats.lines, stats.readings, stats.faults), (1, 4, 3, 2));
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
///
/// Memory: what the parser has; up to the longest line and 32 KiB for each connection; and 16 pieces that wait, of the same
/// size. That is 50 MB at most with the limits that it has at first.
pub struct TcpLines<P> {
    address: SocketAddr,
    parser: P,
    limits: Limits,
    meter: TcpMeter,
    /// Until the first piece is asked for.
    listener: Option<TcpListener>,
    pieces: Option<mpsc::Receiver<Piece>>,
    /// Those who accept and read stop when it is dropped.
    stop: Option<watch::Sender<()>>,
}

impl<P: ParseLine> TcpLines<P> {
    /// Listens on an address; port 0 is any free one. It accepts nothing before it is asked to [receive](Self::receive).
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
            let listener = StdListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            TcpListener::from_std(listener).map(|listener| (listener, address))
        };
        let (listener, address) = listen().map_err(|cause| BindError::new(Endpoint::Tcp(address), cause))?;
        let limits = Limits { line: size(64 * 1024), connections: size(512), idle: Duration::from_secs(600) };
        let (listener, meter) = (Some(listener), TcpMeter::default());
        Ok(Self { address, parser, limits, meter, listener, pieces: None, stop: None })
    }

    /// Takes lines of up to so many bytes; at first 64 KiB.
    #[must_use]
    pub fn max_line(self, bytes: NonZeroUsize) -> Self {
        Self { limits: Limits { line: bytes, ..self.limits }, ..self }
    }

    /// Has up to so many connections at once, and ends others when they come; at first 512.
    #[must_use]
    pub fn max_connections(self, connections: NonZeroUsize) -> Self {
        Self { limits: Limits { connections, ..self.limits }, ..self }
    }

    /// Ends a connection over which no whole line has come for this time; at first 10 minutes.
    #[must_use]
    pub fn idle_timeout(self, limit: Duration) -> Self {
        Self { limits: Limits { idle: limit, ..self.limits }, ..self }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What reads the lines.
    pub fn parser(&self) -> &P {
        &self.parser
    }

    /// What it has done so far, to be looked at from elsewhere while it runs and after.
    pub fn meter(&self) -> TcpMeter {
        self.meter.clone()
    }

    /// Waits until lines have come over one of the connections, and gives what they have to `visit`, in order. Tells whether
    /// there may be more: always, unless it was told to [stop](Self::stop).
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    ///
    /// # Cancel safety
    /// A future that is dropped before it is done has taken nothing.
    pub async fn receive(&mut self, visit: impl FnMut(Result<Reading<'_>, LineError>)) -> bool {
        if let Some(listener) = self.listener.take() {
            let (give, pieces) = mpsc::channel(AHEAD);
            let (stop, stopped) = watch::channel(());
            tokio::spawn(accept(listener, self.limits, give, stopped, self.meter.clone()));
            (self.pieces, self.stop) = (Some(pieces), Some(stop));
        }
        let Some(pieces) = &mut self.pieces else { return false };
        let Some(piece) = pieces.recv().await else { return false };
        self.read(piece, visit);
        true
    }

    /// Accepts no more connections, and ends those that there are, each as soon as nothing has come for a tenth of a second, or a second
    /// later at most. What comes until then is still to be [received](Self::receive).
    pub fn stop(&mut self) {
        self.stop = None;
    }

    /// Listens until `stop` is done, then takes what is on its way, as [`stop`](Self::stop) has it. What has been read goes to `visit`,
    /// in order.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O and time on.
    ///
    /// # Cancel safety
    /// A future that is dropped leaves the connections open, for the next call.
    pub async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        mut visit: impl FnMut(Result<Reading<'_>, LineError>),
    ) -> TcpStats {
        let mut stop = pin!(stop);
        loop {
            let more = {
                // It begins to accept even if the stop is there already: what waits then has come in time.
                let received = pin!(self.receive(&mut visit));
                match select(received, stop.as_mut()).await {
                    Either::Left((more, _)) => Some(more),
                    Either::Right(_) => None,
                }
            };
            match more {
                Some(true) => {}
                Some(false) => return self.meter.stats(),
                None => break,
            }
        }
        self.stop();
        while self.receive(&mut visit).await {}
        self.meter.stats()
    }

    /// Gives what is in a piece to `visit`.
    fn read(&mut self, piece: Piece, mut visit: impl FnMut(Result<Reading<'_>, LineError>)) {
        let most = self.limits.line.get();
        let too_long = || {
            let what = format!("the line is longer than {most} bytes, and passed over: send shorter ones");
            LineError::new("too long", most, what)
        };
        let (mut lines, mut readings, mut faults) = (0, 0, 0);
        match piece {
            Piece::TooLong => {
                (lines, faults) = (1, 1);
                visit(Err(too_long()));
            }
            Piece::Cut => {
                (lines, faults) = (1, 1);
                let what = "the connection has ended within a line, which is left out: end each with a line break";
                visit(Err(LineError::new("cut", 0, what)));
            }
            Piece::Lines(text) => {
                for line in text.split(|byte| *byte == b'\n') {
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    if line.is_empty() {
                        continue;
                    }
                    lines += 1;
                    let parsed = match line.len() <= most {
                        true => self.parser.parse(line, &mut |reading| {
                            readings += 1;
                            visit(Ok(reading));
                        }),
                        false => Err(too_long()),
                    };
                    if let Err(error) = parsed {
                        faults += 1;
                        visit(Err(error));
                    }
                }
            }
        }
        self.meter.read(lines, readings, faults);
    }
}

impl<P> fmt::Debug for TcpLines<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpLines")
            .field("address", &self.address)
            .field("limits", &self.limits)
            .field("stats", &self.meter.stats())
            .finish_non_exhaustive()
    }
}
