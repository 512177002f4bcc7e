//! [`Unix`]: lines that come in datagrams of this machine, at a path of its file system.

use std::fmt;
use std::fs;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixDatagram as StdSocket;
use std::path::{Path, PathBuf};

use tokio::net::UnixDatagram;

use super::datagrams::Datagrams;
use super::{DatagramMeter, DatagramStats};
use crate::{BindError, Endpoint, LineError, ParseLine, Reading};

/// Listens for datagrams of lines on a Unix socket, and reads them: DogStatsD's, for one.
///
/// A datagram has one line, or several with a line break between them, and up to 64 KiB; of a longer one the end is lost, which
/// is a fault of the kind `too long`. Nothing is dropped while it listens, unlike [`Udp`](super::udp::Udp): while as much waits as
/// may, a sender waits or is told so, as it likes; clients of StatsD tend to drop it then.
///
/// ```
/// # #[cfg(feature = "statsd")] {
/// use metrix_io::sources::{statsd::StatsD, unix::Unix};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let path = std::env::temp_dir().join(format!("metrix-unix-{}.socket", std::process::id()));
/// let mut unix = Unix::bind(&path, StatsD::new())?; // a path such as "/run/metrix/statsd.socket"
/// let client = std::os::unix::net::UnixDatagram::unbound()?;
/// client.send_to(b"requests:3|c\nlatency:12:7.5|ms", unix.path())?;
///
/// let mut values = Vec::new();
/// let stop = std::future::ready(()); // usually a signal
/// let stats = unix.run(stop, |read| values.extend(read.map(|reading| reading.value))).await?;
/// assert_eq!((values, stats.datagrams, stats.faults), (vec![3.0, 12.0, 7.5], 1, 0));
/// drop(unix);
/// assert!(!path.exists());
/// # Ok(())
/// # }
/// # main().unwrap();
/// # }
/// ```
///
/// Memory: 64 KiB, what the parser has, and what waits in the kernel.
pub struct Unix<P> {
    // Dropped first: once the socket is closed, whoever listens next may replace the file by one of theirs.
    file: SocketFile,
    datagrams: Datagrams<P, UnixDatagram>,
}

/// The socket's place in the file system, which goes when it does.
struct SocketFile {
    path: PathBuf,
    /// The device and the inode, which nothing else has while the socket is open.
    identity: (u64, u64),
}

impl SocketFile {
    fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|there| there == self.identity) {
            // Somebody may take it away meanwhile.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|file| (file.dev(), file.ino()))
}

impl<P: ParseLine> Unix<P> {
    /// Listens at a path, where a socket is made, and taken away when this is dropped. One that a process has left behind
    /// when it was killed is replaced; anything else that is there is left alone. How many datagrams wait before senders have to is
    /// the system's to say: on Linux `net.unix.max_dgram_qlen`, and their size is bounded by the senders' own buffers.
    ///
    /// Whoever may write to the socket's file, and may enter its folder, can send: by usual rights this is the same user alone.
    ///
    /// # Errors
    /// If the system does not let it listen there, for instance because somebody else does.
    ///
    /// # Panics
    /// If it is called outside a tokio runtime that has its I/O on.
    pub fn bind(path: impl AsRef<Path>, parser: P) -> Result<Self, BindError> {
        let path = path.as_ref();
        let listen = || {
            let socket = match StdSocket::bind(path) {
                Err(error) if error.kind() == ErrorKind::AddrInUse && is_left_behind(path) => {
                    fs::remove_file(path)?;
                    StdSocket::bind(path)?
                }
                bound => bound?,
            };
            let file = SocketFile::of(path)?;
            socket.set_nonblocking(true)?;
            Ok(Self { file, datagrams: Datagrams::new(UnixDatagram::from_std(socket)?, None, parser) })
        };
        listen().map_err(|cause| BindError::new(Endpoint::Unix(path.to_owned()), cause))
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// What reads the lines.
    pub fn parser(&self) -> &P {
        self.datagrams.parser()
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

/// Whether it is a socket to which nobody listens.
fn is_left_behind(path: &Path) -> bool {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    let refuses = || {
        let connected = StdSocket::unbound().and_then(|socket| socket.connect(path));
        connected.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    };
    is_socket && refuses()
}

impl<P> fmt::Debug for Unix<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unix")
            .field("path", &self.file.path)
            .field("stats", &self.datagrams.meter.stats())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_that_nobody_listens_to_are_left_behind() {
        let folder = std::env::temp_dir().join(format!("metrix-left-behind-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let [socket, file, absent] = ["socket", "file", "absent"].map(|name| folder.join(name));
        let _ = fs::remove_file(&socket);
        let listener = StdSocket::bind(&socket).unwrap();
        fs::write(&file, "").unwrap();
        assert_eq!([&socket, &file, &absent].map(|path| is_left_behind(path)), [false; 3]);
        drop(listener);
        assert!(is_left_behind(&socket));
        fs::remove_dir_all(&folder).unwrap();
    }
}
