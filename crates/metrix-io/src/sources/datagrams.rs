//! [`DatagramStats`] and [`DatagramMeter`]: what all sources of datagrams tell of what has come.

mod datagram;
mod drops;
mod socket;
mod stats;

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::Poll;

use tokio::task::yield_now;

pub(super) use self::drops::inode;
pub(super) use self::socket::Socket;
pub use self::stats::{DatagramMeter, DatagramStats};
use crate::{LineError, ParseLine, Reading};

/// More than any datagram of UDP has. Of a Unix datagram that has more, the rest is cut off by the system.
const MOST_BYTES: usize = 1 << 16;
/// So many datagrams are handled before other tasks get a turn.
const BATCH: usize = 64;
/// What is asked of the system for datagrams that wait; many systems give less.
const RECEIVE_BUFFER: usize = 8 << 20;
/// What a datagram takes of the receive buffer beside its bytes, at least: Linux counts its own bookkeeping, which is more.
const OVERHEAD: usize = if cfg!(target_os = "linux") { 256 } else { 1 };

/// Lines that come in datagrams, over any socket.
pub(super) struct Datagrams<P, S> {
    socket: S,
    parser: P,
    buffer: Box<[u8]>,
    pub(super) meter: DatagramMeter,
    /// Whether the last batch was a full one, so that others have to get a turn.
    busy: bool,
}

impl<P: ParseLine, S: Socket> Datagrams<P, S> {
    /// Asks the system for a large receive buffer, and takes what it gets. The kernel knows the socket by `inode`, if it
    /// tells what it drops.
    pub(super) fn new(socket: S, inode: Option<u64>, parser: P) -> Self {
        // Where the system refuses, what it gives anyway is used.
        let _as_much_as_it_gives = socket.reference().set_recv_buffer_size(RECEIVE_BUFFER);
        let (buffer, meter) = (vec![0; MOST_BYTES].into_boxed_slice(), DatagramMeter::new(inode));
        let datagrams = Self { socket, parser, buffer, meter, busy: false };
        datagrams.meter.set_receive_buffer(datagrams.receive_buffer());
        datagrams
    }

    pub(super) fn parser(&self) -> &P {
        &self.parser
    }

    pub(super) fn set_receive_buffer(&self, bytes: usize) -> io::Result<()> {
        let result = self.socket.reference().set_recv_buffer_size(bytes);
        self.meter.set_receive_buffer(self.receive_buffer());
        result
    }

    pub(super) async fn receive(&mut self, mut visit: impl FnMut(Result<Reading<'_>, LineError>)) -> io::Result<()> {
        if self.busy {
            self.busy = false;
            yield_now().await;
        }
        loop {
            self.socket.readable().await?;
            let mut handled = 0;
            while handled < BATCH && self.take(S::receive, &mut visit)?.is_some() {
                handled += 1;
            }
            // It may be woken for nothing.
            if handled > 0 {
                self.busy = handled == BATCH;
                return Ok(());
            }
        }
    }

    pub(super) async fn run(
        &mut self,
        stop: impl Future<Output = ()>,
        mut visit: impl FnMut(Result<Reading<'_>, LineError>),
    ) -> io::Result<DatagramStats> {
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
        // Senders may go on, so that it would never end. But what was there when it began fits into the queue.
        let (mut bytes_left, mut datagrams_left) = (self.receive_buffer(), S::longest_queue());
        while bytes_left > 0 || datagrams_left > 0 {
            let Some(bytes) = self.take(S::receive_past_tokio, &mut visit)? else { break };
            bytes_left = bytes_left.saturating_sub(bytes + OVERHEAD);
            datagrams_left = datagrams_left.saturating_sub(1);
        }
        Ok(())
    }

    /// Handles one datagram, if there is one, and says how long it was.
    fn take(
        &mut self,
        receive: impl Fn(&S, &mut [u8]) -> io::Result<usize>,
        visit: &mut impl FnMut(Result<Reading<'_>, LineError>),
    ) -> io::Result<Option<usize>> {
        loop {
            match receive(&self.socket, &mut self.buffer) {
                Ok(len) => {
                    let is_cut = len == self.buffer.len();
                    self.meter.count(datagram::read(&mut self.parser, &self.buffer[..len], is_cut, visit));
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
        self.socket.reference().recv_buffer_size().unwrap_or(RECEIVE_BUFFER)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use tokio::net::UnixDatagram;

    use super::*;

    #[derive(Debug)]
    struct Lengths;

    impl ParseLine for Lengths {
        fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
            emit(Reading::new("length", line.len() as f64));
            Ok(())
        }
    }

    /// Their bytes are not those of the receive buffer, but of the senders'.
    #[tokio::test]
    async fn all_that_waits_on_this_machine_is_handled_at_the_stop() {
        let (to, from) = UnixDatagram::pair().unwrap();
        let datagram = vec![b'a'; 10_000];
        let mut sent = 0;
        while to.reference().send(&datagram).is_ok() {
            sent += 1;
        }
        assert!(sent > 1);
        let mut datagrams = Datagrams::new(from, None, Lengths);
        datagrams.set_receive_buffer(1).unwrap();
        assert!(datagrams.receive_buffer() < datagram.len());
        let stats = datagrams.run(std::future::ready(()), |read| assert_eq!(read.unwrap().value, 1e4)).await.unwrap();
        assert_eq!((stats.datagrams, stats.readings), (sent, sent));
    }
}
