//! [`Stream`]: bytes over TCP, to a peer that confirms nothing.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout, timeout_at};

use super::framing::Framing;
use super::history::History;
use super::notes::Notes;
use super::timeouts::{Timeouts, too_slow};

/// A peer is waited for no longer than this when it has nothing more to do than to hang up: some never do.
const FAREWELL: Duration = Duration::from_secs(5);

/// Sends bytes over one connection, which is made when there is something to send, and anew after it was lost.
///
/// The peer confirms nothing. So if it ends a connection before we do, what was sent last is sent again over the next one, as far as it
/// is in the history: it may have come, or not. That it says goodbye in good order proves nothing, as it may have done so before it
/// had got what was on its way.
#[derive(Debug)]
pub(in crate::sinks) struct Stream {
    address: String,
    framing: Framing,
    history: History,
    connection: Option<Connection>,
}

/// An open connection, and whole parts, of which it has sent so many bytes.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
    sent: usize,
    /// When the peer last took something, or was last given something anew.
    moved: Instant,
}

impl Stream {
    /// To `host:port`. Of what was sent last, up to `resend` bytes are sent again after a connection was lost.
    pub(in crate::sinks) fn new(address: String, framing: Framing, resend: usize) -> Self {
        Self { address, framing, history: History::new(resend), connection: None }
    }

    /// Holds so many bytes of what was sent last.
    #[cfg(feature = "graphite")]
    pub(in crate::sinks) fn resend(&mut self, bytes: usize) {
        self.history = History::new(bytes);
    }

    /// Sends whole parts. If it is dropped, the part that was being sent is brought to its end before others follow.
    pub(in crate::sinks) async fn write(
        &mut self,
        bytes: &[u8],
        timeouts: Timeouts,
        notes: &impl Notes,
    ) -> io::Result<()> {
        // The runtime looks for news of its sockets while tasks yield, among them that the peer has hung up.
        yield_now().await;
        self.notice(notes);
        self.send(bytes, timeouts, notes).await?;
        self.history.add(bytes, self.framing);
        Ok(())
    }

    /// Brings the part that was being sent to its end, and looks whether the peer is still there.
    pub(in crate::sinks) async fn flush(&mut self, timeouts: Timeouts, notes: &impl Notes) -> io::Result<()> {
        if self.connection.as_ref().is_some_and(|connection| connection.is_midway(self.framing)) {
            self.send(&[], timeouts, notes).await?;
        }
        self.notice(notes);
        Ok(())
    }

    /// Ends the connection, and waits for the peer to do so too, which most do when they have read everything.
    pub(in crate::sinks) async fn close(&mut self, timeouts: Timeouts, notes: &impl Notes) -> io::Result<()> {
        self.flush(timeouts, notes).await?;
        if self.connection.as_ref().is_some_and(Connection::is_left) {
            self.lose();
        }
        let mut result = self.hang_up(timeouts.write, notes).await;
        // What was lost may not have come.
        if self.history.is_owed && !self.history.is_empty() {
            self.send(&[], timeouts, notes).await?;
            result = self.hang_up(timeouts.write, notes).await;
        }
        result
    }

    async fn hang_up(&mut self, limit: Duration, notes: &impl Notes) -> io::Result<()> {
        let Some(connection) = self.connection.take() else { return Ok(()) };
        // One that stays has what was sent as well as one that goes.
        let ended = timeout(limit.min(FAREWELL), connection.end(notes)).await.unwrap_or(Ok(()));
        ended.inspect_err(|_| self.history.is_owed = true)
    }

    /// Sends what is still to be sent, what is owed, and these.
    async fn send(&mut self, bytes: &[u8], timeouts: Timeouts, notes: &impl Notes) -> io::Result<()> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.address, timeouts, notes).await?,
        };
        // Also if a write was dropped while it was sent.
        let owed = if self.history.is_owed { self.history.bytes() } else { Vec::new() };
        notes.note_resent(owed.len());
        connection.replace(self.framing, &owed);
        connection.bytes.extend_from_slice(bytes);
        let connection = self.connection.insert(connection);
        match connection.send(timeouts.write, notes).await {
            Ok(()) => {
                self.history.is_owed = false;
                Ok(())
            }
            Err(error) => {
                self.lose();
                Err(error)
            }
        }
    }

    /// Gives up a connection that the peer has.
    fn notice(&mut self, notes: &impl Notes) {
        if self.connection.as_mut().is_some_and(|connection| connection.hear(notes).is_err()) {
            self.lose();
        }
    }

    /// Bytes that the system has taken may not have come.
    fn lose(&mut self) {
        self.connection = None;
        self.history.is_owed = true;
    }
}

impl Connection {
    async fn open(address: &str, timeouts: Timeouts, notes: &impl Notes) -> io::Result<Self> {
        let limit = timeouts.connect;
        let stream = timeout(limit, TcpStream::connect(address)).await;
        let stream = stream.unwrap_or_else(|_| Err(too_slow("answered", limit)))?;
        notes.note_connection();
        // A batch is as much as there is to say.
        stream.set_nodelay(true)?;
        give_up_after(&stream, timeouts.write);
        Ok(Self { stream, bytes: Vec::new(), sent: 0, moved: Instant::now() })
    }

    /// Whether the peer has got a part of which the end is missing.
    fn is_midway(&self, framing: Framing) -> bool {
        let (begin, end) = framing.part(&self.bytes, self.sent);
        begin < end
    }

    /// Puts other parts in the place of those that are still to be sent, behind one that was begun.
    fn replace(&mut self, framing: Framing, bytes: &[u8]) {
        let (begin, end) = framing.part(&self.bytes, self.sent);
        if begin == end {
            self.moved = Instant::now();
        }
        self.bytes.truncate(end);
        self.bytes.drain(..begin);
        self.sent -= begin;
        self.bytes.extend_from_slice(bytes);
    }

    /// Sends what is still to be sent. It listens at the same time, to know at once if the peer hangs up; and a peer that can't get its
    /// complaints through would stop reading.
    async fn send(&mut self, limit: Duration, notes: &impl Notes) -> io::Result<()> {
        while self.sent < self.bytes.len() {
            let ready =
                timeout_at(self.moved + limit, self.stream.ready(Interest::READABLE | Interest::WRITABLE)).await;
            let ready = ready.unwrap_or_else(|_| Err(too_slow("taken anything", limit)))?;
            if ready.is_readable() {
                self.hear(notes)?;
            }
            if !ready.is_writable() {
                continue;
            }
            match self.stream.try_write(&self.bytes[self.sent..]) {
                Ok(bytes) => {
                    (self.sent, self.moved) = (self.sent + bytes, Instant::now());
                    notes.note_sent(bytes);
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.hear(notes)
    }

    /// Takes what the peer has said so far, 64 KiB of it at most.
    fn hear(&mut self, notes: &impl Notes) -> io::Result<()> {
        let mut piece = [0; 4096];
        for _ in 0..16 {
            match self.stream.try_read(&mut piece) {
                Ok(0) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "the server has hung up")),
                Ok(bytes) => notes.note_reply(&piece[..bytes]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Whether the peer has hung up, asked past tokio, which would answer by what it has heard from the system so far.
    fn is_left(&self) -> bool {
        matches!(SockRef::from(&self.stream).peek(&mut [MaybeUninit::uninit()]), Ok(0))
    }

    /// Says that nothing more comes, and waits until the peer has hung up.
    async fn end(mut self, notes: &impl Notes) -> io::Result<()> {
        SockRef::from(&self.stream).shutdown(Shutdown::Write)?;
        loop {
            self.stream.readable().await?;
            match self.hear(notes) {
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
                heard => heard?,
            }
        }
    }
}

/// Has the system end a connection over which the peer has acknowledged nothing for so long. A machine that has vanished is otherwise
/// believed in for a quarter of an hour, and what is sent to it meanwhile is lost.
fn give_up_after(stream: &TcpStream, limit: Duration) {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // Without it the connection is as good as elsewhere.
    let _as_elsewhere = SockRef::from(stream).set_tcp_user_timeout(Some(limit));
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = (stream, limit);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    struct Unnoted;

    impl Notes for Unnoted {
        fn note_connection(&self) {}
    }

    #[tokio::test]
    async fn the_system_waits_as_long_as_a_write_does() {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stream = Stream::new(server.local_addr().unwrap().to_string(), Framing::Lines, 0);
        let timeouts = Timeouts { write: Duration::from_millis(7500), ..Timeouts::default() };
        stream.write(b"a\n", timeouts, &Unnoted).await.unwrap();
        let connection = &stream.connection.as_ref().unwrap().stream;
        assert_eq!(SockRef::from(connection).tcp_user_timeout().unwrap(), Some(timeouts.write));
    }
}
