//! [`Telnet`]: lines over TCP.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncWriteExt, Interest};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::Timeouts;
use super::counts::OpenTsdbCounts;

/// Sends lines over one connection, which is made when there is something to send.
#[derive(Debug)]
pub(super) struct Telnet {
    address: String,
    connection: Option<Connection>,
}

/// An open connection, and the lines of which it has sent a part.
#[derive(Debug)]
struct Connection {
    stream: TcpStream,
    lines: Vec<u8>,
    sent: usize,
    /// When the server last took something, or was last given something anew.
    moved: Instant,
}

impl Telnet {
    pub(super) fn new(address: String) -> Self {
        Self { address, connection: None }
    }

    /// Sends whole lines. If it is dropped, the line that was being sent is brought to its end before others follow.
    pub(super) async fn write(
        &mut self,
        lines: &str,
        timeouts: Timeouts,
        counts: &Arc<OpenTsdbCounts>,
    ) -> io::Result<()> {
        // The runtime looks for news of its sockets while tasks yield, among them that the server has hung up.
        tokio::task::yield_now().await;
        if self.connection.as_mut().is_some_and(|connection| connection.hear(counts).is_err()) {
            self.connection = None;
        }
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(&self.address, timeouts.connect, counts).await?),
        };
        connection.replace_lines(lines);
        let done = connection.send(timeouts.write, counts).await;
        if done.is_err() {
            self.connection = None;
        }
        done
    }

    /// Brings the line that was being sent to its end.
    pub(super) async fn flush(&mut self, timeouts: Timeouts, counts: &OpenTsdbCounts) -> io::Result<()> {
        let Some(connection) = self.connection.as_mut().filter(|connection| connection.is_midway()) else {
            return Ok(());
        };
        connection.replace_lines("");
        let done = connection.send(timeouts.write, counts).await;
        if done.is_err() {
            self.connection = None;
        }
        done
    }

    /// Ends the connection, and waits for the server to do so too, which it does when it has read everything.
    pub(super) async fn close(&mut self, timeouts: Timeouts, counts: &OpenTsdbCounts) -> io::Result<()> {
        self.flush(timeouts, counts).await?;
        let Some(mut connection) = self.connection.take() else { return Ok(()) };
        connection.stream.shutdown().await?;
        let hang_up = timeout(timeouts.write, connection.hear_out(counts)).await;
        hang_up.unwrap_or_else(|_| Err(too_slow("hung up", timeouts.write)))
    }
}

impl Connection {
    async fn open(address: &str, limit: Duration, counts: &OpenTsdbCounts) -> io::Result<Self> {
        let stream = timeout(limit, TcpStream::connect(address)).await;
        let stream = stream.unwrap_or_else(|_| Err(too_slow("answered", limit)))?;
        counts.connected();
        // A batch is as much as there is to say.
        stream.set_nodelay(true)?;
        Ok(Self { stream, lines: Vec::new(), sent: 0, moved: Instant::now() })
    }

    /// Whether the server has got a line of which the end is missing.
    fn is_midway(&self) -> bool {
        self.sent > 0 && self.lines[self.sent - 1] != b'\n'
    }

    /// Puts other lines in the place of those that are still to be sent, behind the rest of a line that was begun.
    fn replace_lines(&mut self, lines: &str) {
        let is_midway = self.is_midway();
        let rest = if is_midway { self.lines[self.sent..].iter().position(|&byte| byte == b'\n') } else { None };
        let end = rest.map_or(self.sent, |newline| self.sent + newline + 1);
        self.lines.truncate(end);
        self.lines.drain(..self.sent);
        self.sent = 0;
        if !is_midway {
            self.moved = Instant::now();
        }
        self.lines.extend_from_slice(lines.as_bytes());
    }

    /// Sends what is still to be sent. It listens at the same time: a server that can't get its complaints through
    /// would stop reading.
    async fn send(&mut self, limit: Duration, counts: &OpenTsdbCounts) -> io::Result<()> {
        while self.sent < self.lines.len() {
            let ready =
                timeout_at(self.moved + limit, self.stream.ready(Interest::READABLE | Interest::WRITABLE)).await;
            let ready = ready.unwrap_or_else(|_| Err(too_slow("taken anything", limit)))?;
            if ready.is_readable() {
                self.hear(counts)?;
            }
            if !ready.is_writable() {
                continue;
            }
            match self.stream.try_write(&self.lines[self.sent..]) {
                Ok(bytes) => (self.sent, self.moved) = (self.sent + bytes, Instant::now()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        self.hear(counts)
    }

    /// Takes what the server has said so far, 64 KiB of it at most.
    fn hear(&mut self, counts: &OpenTsdbCounts) -> io::Result<()> {
        let mut piece = [0; 4096];
        for _ in 0..16 {
            match self.stream.try_read(&mut piece) {
                Ok(0) => return Err(io::Error::new(ErrorKind::ConnectionReset, "the server has hung up")),
                Ok(bytes) => counts.heard(&piece[..bytes]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes all that the server says until it hangs up.
    async fn hear_out(&mut self, counts: &OpenTsdbCounts) -> io::Result<()> {
        let mut piece = [0; 4096];
        loop {
            self.stream.readable().await?;
            match self.stream.try_read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(bytes) => counts.heard(&piece[..bytes]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn too_slow(what: &str, limit: Duration) -> io::Error {
    io::Error::new(ErrorKind::TimedOut, format!("the server has not {what} within {limit:?}"))
}
