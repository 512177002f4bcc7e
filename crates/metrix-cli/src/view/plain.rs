//! [`Plain`]: elements as lines, for where there is no screen.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::ready;

use metrix::sink::Number;
use metrix::{MElement, Sink, Timestamp, WriteError};
use ratatui::text::Span;
use tokio::io::AsyncWrite;

use crate::printable::{printable, printable_tags};

/// Columns are not made wider than that for the sake of a long text.
const WIDEST: usize = 40;

/// A sink that writes each element as a line: time, name, tags, value, in columns.
///
/// ```text
/// 12:00:05  cpu.usage.mean  core=0  12.5
/// ```
///
/// Times are in UTC, with the day where that is not today's. What could command a terminal or forge a line is escaped.
///
/// After a write that failed or was dropped halfway through a line, the next one finishes that line first; and if it
/// brings the same batch again, it goes on after it.
///
/// Memory: the text of one batch.
#[derive(Debug)]
pub(crate) struct Plain<W> {
    writer: W,
    /// Of the batch that is being written.
    text: String,
    /// So much of it has been written, in bytes.
    sent: usize,
    name_width: usize,
    tags_width: usize,
    /// Whose day is left out.
    today: fn() -> Timestamp,
    closed: bool,
}

impl<W> Plain<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self {
            writer,
            text: String::new(),
            sent: 0,
            name_width: 0,
            tags_width: 0,
            today: Timestamp::now,
            closed: false,
        }
    }

    /// The lines of a batch. A second time they are the same, as the columns only become wider.
    fn encode(&mut self, batch: &[MElement]) -> String {
        let texts = batch.iter().map(|element| (printable(&element.name), printable_tags(&element.tags)));
        let texts: Vec<_> = texts.collect();
        let widest = |width: usize, text: &str| width.max(Span::raw(text).width().min(WIDEST));
        for (name, tags) in &texts {
            self.name_width = widest(self.name_width, name);
            self.tags_width = widest(self.tags_width, tags);
        }
        let today = (self.today)().to_string();
        let mut lines = String::new();
        for (element, (name, tags)) in batch.iter().zip(&texts) {
            let at = element.at.to_string();
            lines.push_str(if at[..DAY] == today[..DAY] { &at[DAY + 1..SECONDS] } else { &at });
            push_padded(&mut lines, name, self.name_width);
            // No column of nothing where there have been no tags so far.
            if self.tags_width > 0 {
                push_padded(&mut lines, tags, self.tags_width);
            }
            writeln!(lines, "  {}", Number(element.value)).expect("a string takes all text");
        }
        lines
    }
}

/// Where in a time as RFC 3339 has it the day ends, and where the seconds.
const DAY: usize = "2015-05-17".len();
const SECONDS: usize = "2015-05-17T10:05:03".len();

fn push_padded(line: &mut String, text: &str, width: usize) {
    line.push_str("  ");
    line.push_str(text);
    line.extend(std::iter::repeat_n(' ', width.saturating_sub(Span::raw(text).width())));
}

impl<W: AsyncWrite + Unpin> Plain<W> {
    /// Writes the text from where it was cut off. The writer is flushed, as only then its failures are known.
    async fn send(&mut self) -> Result<(), WriteError> {
        let sent = poll_fn(|cx| {
            while let Some(rest @ [_, ..]) = self.text.as_bytes().get(self.sent..) {
                match ready!(Pin::new(&mut self.writer).poll_write(cx, rest))? {
                    0 => return Err(io::Error::from(io::ErrorKind::WriteZero)).into(),
                    written => self.sent += written,
                }
            }
            Pin::new(&mut self.writer).poll_flush(cx)
        })
        .await;
        sent.map_err(|error| match error.kind() {
            // Nobody reads any more, and nobody will.
            io::ErrorKind::BrokenPipe => WriteError::refused(error),
            _ => WriteError::retryable(error),
        })
    }

    /// Writes the rest of the line that was cut off, if one was.
    async fn finish_line(&mut self) -> Result<(), WriteError> {
        let is_torn = self.sent > 0 && !self.text[..self.sent].ends_with('\n');
        let end = self.text[self.sent..].find('\n').map_or(self.text.len(), |end| self.sent + end + 1);
        self.text.truncate(if is_torn { end } else { self.sent });
        self.send().await
    }
}

impl<W: AsyncWrite + Unpin + Send + 'static> Sink for Plain<W> {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.closed {
            return Err(WriteError::refused("the table is closed: write before `close`, or make a new one"));
        }
        let text = self.encode(batch);
        self.finish_line().await?;
        // What of it has been written before stays so.
        if !text.starts_with(&self.text) {
            self.sent = 0;
        }
        self.text = text;
        self.send().await?;
        (self.text, self.sent) = (String::new(), 0);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        self.finish_line().await
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.closed = true;
        self.flush().await
    }
}
