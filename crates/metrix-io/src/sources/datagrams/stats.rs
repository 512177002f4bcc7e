//! [`DatagramStats`]: what has come in datagrams, and [`DatagramMeter`], where it is looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::drops;

/// What has come in datagrams since the socket was bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatagramStats {
    /// Datagrams received.
    pub datagrams: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Lines in them, but for empty ones.
    pub lines: u64,
    /// Readings in the lines.
    pub readings: u64,
    /// Lines that had a fault.
    pub faults: u64,
    /// Datagrams that the kernel has dropped as its receive buffer was full; `None` where it does not say: outside Linux.
    pub dropped: Option<u64>,
    /// The size of the receive buffer, in bytes, as the system says.
    pub receive_buffer: usize,
}

/// Where to look up what has been received, by a [`Udp`](crate::sources::udp::Udp) for one. Clones look at the same.
///
/// ```
/// use metrix_io::sources::{statsd::StatsD, udp::Udp};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut udp = Udp::bind("127.0.0.1:0".parse()?, StatsD::new())?;
/// let meter = udp.meter();
/// std::net::UdpSocket::bind("127.0.0.1:0")?.send_to(b"requests:3|c", udp.address())?;
/// udp.receive(|read| assert_eq!(read.unwrap().value, 3.0)).await?;
/// assert_eq!((meter.stats().datagrams, meter.stats().bytes), (1, 12));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct DatagramMeter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    datagrams: AtomicU64,
    bytes: AtomicU64,
    lines: AtomicU64,
    readings: AtomicU64,
    faults: AtomicU64,
    receive_buffer: AtomicU64,
    inode: Option<u64>,
    /// What was dropped when the kernel said so last; it no longer does when the socket is closed.
    dropped: AtomicU64,
}

impl DatagramMeter {
    pub(super) fn new(inode: Option<u64>) -> Self {
        Self(Arc::new(Counters { inode, ..Counters::default() }))
    }

    /// What there is by now. It asks the kernel what it has dropped, and takes some microseconds for that.
    pub fn stats(&self) -> DatagramStats {
        let counters = &*self.0;
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let asked = counters.inode.map(|inode| {
            let dropped = drops::dropped(inode).unwrap_or(0);
            dropped.max(counters.dropped.fetch_max(dropped, Ordering::Relaxed))
        });
        DatagramStats {
            datagrams: get(&counters.datagrams),
            bytes: get(&counters.bytes),
            lines: get(&counters.lines),
            readings: get(&counters.readings),
            faults: get(&counters.faults),
            dropped: asked,
            receive_buffer: get(&counters.receive_buffer) as usize,
        }
    }

    /// Adds what a datagram had.
    pub(super) fn count(&self, datagram: DatagramStats) {
        let add = |counter: &AtomicU64, by| counter.fetch_add(by, Ordering::Relaxed);
        add(&self.0.bytes, datagram.bytes);
        add(&self.0.lines, datagram.lines);
        add(&self.0.readings, datagram.readings);
        add(&self.0.faults, datagram.faults);
        add(&self.0.datagrams, datagram.datagrams);
    }

    pub(super) fn set_receive_buffer(&self, bytes: usize) {
        self.0.receive_buffer.store(bytes as u64, Ordering::Relaxed);
    }
}
