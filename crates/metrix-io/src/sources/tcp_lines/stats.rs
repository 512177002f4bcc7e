//! [`TcpStats`]: what has come over connections, and [`TcpMeter`], where it is looked up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What has come over connections since the socket was bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TcpStats {
    /// Connections taken.
    pub connections: u64,
    /// Those of them that are open now.
    pub open: u64,
    /// Connections that were ended at once, as there were too many, or as the system had no room for them.
    pub turned_away: u64,
    /// Connections that were ended as no whole line came for so long.
    pub idle: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Lines in them, but for empty ones.
    pub lines: u64,
    /// Readings in the lines.
    pub readings: u64,
    /// Lines that had a fault.
    pub faults: u64,
}

/// Where to look up what a [`TcpLines`](super::TcpLines) has received. Clones look at the same.
///
/// ```
/// # #[cfg(feature = "statsd")] {
/// use metrix_io::sources::{statsd::StatsD, tcp_lines::TcpLines};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tcp = TcpLines::bind("127.0.0.1:0".parse()?, StatsD::new())?;
/// assert_eq!(tcp.meter().stats().connections, 0);
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct TcpMeter(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    connections: AtomicU64,
    ended: AtomicU64,
    turned_away: AtomicU64,
    idle: AtomicU64,
    bytes: AtomicU64,
    lines: AtomicU64,
    readings: AtomicU64,
    faults: AtomicU64,
}

impl TcpMeter {
    /// What there is by now.
    pub fn stats(&self) -> TcpStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // One that ends meanwhile was counted before.
        let ended = get(&self.0.ended);
        let connections = get(&self.0.connections);
        TcpStats {
            connections,
            open: connections.saturating_sub(ended),
            turned_away: get(&self.0.turned_away),
            idle: get(&self.0.idle),
            bytes: get(&self.0.bytes),
            lines: get(&self.0.lines),
            readings: get(&self.0.readings),
            faults: get(&self.0.faults),
        }
    }

    pub(super) fn turn_away(&self) {
        self.0.turned_away.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn idle(&self) {
        self.0.idle.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn receive(&self, bytes: usize) {
        self.0.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn read(&self, lines: u64, readings: u64, faults: u64) {
        self.0.lines.fetch_add(lines, Ordering::Relaxed);
        self.0.readings.fetch_add(readings, Ordering::Relaxed);
        self.0.faults.fetch_add(faults, Ordering::Relaxed);
    }

    /// Counts a connection, as open until this is dropped.
    pub(super) fn open(&self) -> Open {
        self.0.connections.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }
}

/// An open connection, as it is counted.
pub(super) struct Open(TcpMeter);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}
