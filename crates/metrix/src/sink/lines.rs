//! [`Lines`]: elements as lines of text, none of them torn or doubled.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::task::ready;

use tokio::io::AsyncWrite;

use super::closed::Closed;
use crate::{MElement, WriteError};

/// Appends the line of an element, with its end; or appends nothing, and says why it has none.
pub(super) type Encode = fn(&MElement, &mut String) -> Result<(), String>;

/// More room than this is given back after a batch with an unusually long text.
const ROOM: usize = 1 << 16;

/// Writes elements as lines to `W`, a batch at a time, each batch from one buffer.
///
/// It remembers the text of a batch until it is answered for. A future that is dropped, or a writer that fails, leaves
/// a prefix of it written, perhaps to the middle of a line. The next write finishes that line first, whatever it brings;
/// and where it brings the same batch anew, it goes on after that line.
pub(super) struct Lines<W> {
    name: &'static str,
    writer: W,
    encode: Encode,
    text: String,
    /// Where the lines of the text end.
    ends: Vec<usize>,
    /// So much of the text has been written, in bytes.
    sent: usize,
    /// So much of it must be, whatever comes: it is a line that is torn otherwise, or the header.
    owed: usize,
    closed: bool,
    shut: bool,
}

impl<W> Lines<W> {
    /// Begins with `header`, which may be empty.
    pub(super) fn new(name: &'static str, writer: W, header: &str, encode: Encode) -> Self {
        Self {
            name,
            writer,
            encode,
            text: header.into(),
            ends: vec![header.len()],
            sent: 0,
            owed: header.len(),
            closed: false,
            shut: false,
        }
    }

    pub(super) fn get_ref(&self) -> &W {
        &self.writer
    }

    pub(super) fn into_inner(self) -> W {
        self.writer
    }

    /// Puts the batch in the place of the text, less what of it has been written before. Returns which elements have no
    /// line, and why the first of them has none.
    fn load(&mut self, batch: &[MElement]) -> Option<WriteError> {
        let before = mem::take(&mut self.text);
        self.ends.clear();
        let mut refused: Option<(String, Vec<usize>)> = None;
        for (position, element) in batch.iter().enumerate() {
            match (self.encode)(element, &mut self.text) {
                Ok(()) => self.ends.push(self.text.len()),
                Err(why) => refused.get_or_insert_with(|| (why, Vec::new())).1.push(position),
            }
        }
        self.sent = if self.text.starts_with(&before) { before.len() } else { 0 };
        self.owed = 0;
        refused.map(|(why, positions)| WriteError::refused(why).only(positions))
    }
}

impl<W> Lines<W>
where
    W: AsyncWrite + Unpin,
{
    pub(super) async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.closed {
            return Err(Closed::refuse(self.name));
        }
        self.finish_line().await.map_err(failed)?;
        let refused = self.load(batch);
        self.send().await.map_err(failed)?;
        self.text.clear();
        self.text.shrink_to(ROOM);
        self.ends.clear();
        self.ends.shrink_to(ROOM);
        self.sent = 0;
        refused.map_or(Ok(()), Err)
    }

    pub(super) async fn flush(&mut self) -> Result<(), WriteError> {
        if self.shut {
            return Ok(());
        }
        self.finish_line().await.map_err(failed)?;
        poll_fn(|cx| Pin::new(&mut self.writer).poll_flush(cx)).await.map_err(failed)
    }

    pub(super) async fn close(&mut self) -> Result<(), WriteError> {
        self.closed = true;
        self.flush().await?;
        if !self.shut {
            poll_fn(|cx| Pin::new(&mut self.writer).poll_shutdown(cx)).await.map_err(failed)?;
            self.shut = true;
        }
        Ok(())
    }

    /// Writes the rest of the line that was cut off, if one was. What stays of the text are the whole lines that are
    /// written.
    async fn finish_line(&mut self) -> io::Result<()> {
        let line = self.ends.partition_point(|&end| end < self.sent);
        let whole = if self.sent == 0 { 0 } else { self.ends[line] };
        self.owed = self.owed.max(whole);
        self.text.truncate(self.owed);
        self.ends.retain(|&end| end <= self.text.len());
        if self.sent < self.text.len() { self.send().await } else { Ok(()) }
    }

    /// Writes the text from where it was cut off. The writer is flushed, as only then its failures are known.
    async fn send(&mut self) -> io::Result<()> {
        poll_fn(|cx| {
            while let Some(rest @ [_, ..]) = self.text.as_bytes().get(self.sent..) {
                match ready!(Pin::new(&mut self.writer).poll_write(cx, rest))? {
                    0 => return Err(io::Error::from(io::ErrorKind::WriteZero)).into(),
                    written => self.sent += written,
                }
            }
            Pin::new(&mut self.writer).poll_flush(cx)
        })
        .await
    }
}

/// None of the batch is sure to be written. What is, is left out when the batch comes again.
fn failed(error: io::Error) -> WriteError {
    match error.kind() {
        // Nobody reads any more, and nobody will.
        io::ErrorKind::BrokenPipe => WriteError::refused(error),
        _ => WriteError::retryable(error),
    }
}

impl<W> fmt::Debug for Lines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.text.len() - self.sent;
        f.debug_struct("Lines").field("waiting_bytes", &waiting).field("closed", &self.closed).finish_non_exhaustive()
    }
}
