//! [`JsonLines`]: an element a line, as JSON.

mod encode;

use std::fs::File;
use std::io::{self, Stdout};
use std::path::Path;

use tokio::io::AsyncWrite;

use super::blocking::{Blocking, Tail, append};
use super::lines::Lines;
use crate::{MElement, Sink, WriteError};

use self::encode::encode;

/// A sink that writes each element as a JSON object on a line of its own.
///
/// ```text
/// {"name":"requests.count","value":3,"tags":{"method":"GET"},"at":"2015-05-17T10:05:10Z","start":"2015-05-17T10:05:00Z","end":"2015-05-17T10:05:10Z"}
/// ```
///
/// Times are in UTC, as RFC 3339 has it; `start` and `end` are those of the window, and missing where there is none.
/// `tags` is `{}` when there are none. A value is written as an integer where it is one below 2⁵³, otherwise in
/// the shortest form that reads back as the same value. JSON has no form for values that are not finite: they are refused.
/// Quotes, backslashes and all characters that some reader takes for a line break or a command to a terminal are escaped.
///
/// A batch is encoded into one buffer, written and flushed.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::JsonLines, tags};
///
/// # futures::executor::block_on(async {
/// let mut sink = JsonLines::new(Vec::new());
/// let element = MElement::new("requests.count", 3.0, tags! { "method" => "GET" }, Timestamp::from_secs(60));
/// sink.write(&[element.clone(), element.since(Timestamp::EPOCH)]).await?;
/// assert_eq!(
///     std::str::from_utf8(sink.get_ref()).unwrap(),
///     r#"{"name":"requests.count","value":3,"tags":{"method":"GET"},"at":"1970-01-01T00:01:00Z"}
/// {"name":"requests.count","value":3,"tags":{"method":"GET"},"at":"1970-01-01T00:01:00Z","start":"1970-01-01T00:00:00Z","end":"1970-01-01T00:01:00Z"}
/// "#
/// );
/// # Ok::<(), metrix::WriteError>(())
/// # }).unwrap();
/// ```
///
/// # Cancel safety
/// When a write fails or is dropped halfway through a line, the next write finishes that line first; and if it brings the same
/// batch again, it goes on after it. No line is torn or doubled, as long as the writer loses nothing that it has taken. An
/// error says that none of the batch is sure to be written.
///
/// Memory: the text of one batch.
#[derive(Debug)]
pub struct JsonLines<W> {
    lines: Lines<W>,
}

impl<W> JsonLines<W> {
    /// Writes to `writer`.
    pub fn new(writer: W) -> Self {
        Self::begin(writer, "")
    }

    fn begin(writer: W, header: &str) -> Self {
        Self { lines: Lines::new("JSON lines", writer, header, encode) }
    }

    /// The writer.
    pub fn get_ref(&self) -> &W {
        self.lines.get_ref()
    }

    /// The writer. A line that was cut off stays so.
    pub fn into_inner(self) -> W {
        self.lines.into_inner()
    }
}

impl JsonLines<Blocking<File>> {
    /// Appends to a file, which is created if it does not exist. If its last line has no end, as after a crash, it gets
    /// one.
    ///
    /// It opens the file at once, in the calling thread.
    ///
    /// # Errors
    /// If the file can't be opened.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, sink::JsonLines, tags};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("metrix-jsonl-{}", std::process::id()));
    /// let mut sink = JsonLines::file(&path)?;
    /// sink.write(&[MElement::new("requests.count", 3.0, tags! {}, Timestamp::EPOCH)]).await?;
    /// sink.close().await?;
    /// assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 1);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let (file, tail) = append(path.as_ref())?;
        let header = match tail {
            Tail::Empty | Tail::Line => "",
            Tail::Torn => "\n",
        };
        Ok(Self::begin(file, header))
    }
}

impl JsonLines<Blocking<Stdout>> {
    /// Writes to the standard output.
    ///
    /// ```
    /// use metrix::{Sink, sink::JsonLines};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut sink = JsonLines::stdout();
    /// assert!(sink.flush().await.is_ok());
    /// # }
    /// ```
    pub fn stdout() -> Self {
        Self::new(Blocking::new(io::stdout()))
    }
}

impl<W> Sink for JsonLines<W>
where
    W: AsyncWrite + Unpin + Send + 'static,
{
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        self.lines.write(batch).await
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        self.lines.flush().await
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        self.lines.close().await
    }
}
