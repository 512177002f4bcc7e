//! [`Csv`]: an element a record, as comma-separated values.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Stdout};
use std::path::Path;

use tokio::io::AsyncWrite;

use super::blocking::{Blocking, Tail, append};
use super::lines::Lines;
use super::number::write_number;
use crate::{MElement, Sink, Tags, WriteError};

const HEADER: &str = "name,value,at,start,tags\r\n";

/// A sink that writes each element as a record of comma-separated values, by RFC 4180, after a header.
///
/// The columns are `name`, `value`, `at`, `start` and `tags`. Times are in UTC, as RFC 3339 has it; `start` is that of the
/// window, whose end is `at`, and empty where there is none. A value is written as an integer where it is one below 2⁵³,
/// otherwise in the shortest form that reads back as the same value; `NaN`, `inf` and `-inf` are such forms.
///
/// `tags` is `name=value;name=value`, in the order of the names, with a backslash before each `=`, `;` and backslash that is
/// part of a name or value. To read it back, split it at each `;` without a backslash before it, then each part at the
/// `=` without one, then take the backslashes away. Where there are no tags, it is empty.
///
/// A field with a comma, quote or line break stands in quotes, so a record may have several lines. Spreadsheet programs
/// may take a name that begins with `=` for a formula.
///
/// A batch is encoded into one buffer, written and flushed.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::Csv, tags};
///
/// # futures::executor::block_on(async {
/// let mut sink = Csv::new(Vec::new());
/// let tags = tags! { "method" => "GET", "path" => "/a;b,c" };
/// sink.write(&[MElement::new("requests.count", 3.0, tags, Timestamp::from_secs(60))]).await?;
/// assert_eq!(
///     std::str::from_utf8(sink.get_ref()).unwrap(),
///     "name,value,at,start,tags\r\n\
///      requests.count,3,1970-01-01T00:01:00Z,,\"method=GET;path=/a\\;b,c\"\r\n"
/// );
/// # Ok::<(), metrix::WriteError>(())
/// # }).unwrap();
/// ```
///
/// # Cancel safety
/// When a write fails or is dropped halfway through a record, the next write finishes that record first; and if it brings
/// the same batch again, it goes on after it. No record is torn or doubled, as long as the writer loses nothing that it
/// has taken. An error says that none of the batch is sure to be written.
///
/// Memory: the text of one batch.
#[derive(Debug)]
pub struct Csv<W> {
    lines: Lines<W>,
}

impl<W> Csv<W> {
    /// Writes to `writer`, the header first: with the first batch, or the first flush if that comes before.
    pub fn new(writer: W) -> Self {
        Self::begin(writer, HEADER)
    }

    fn begin(writer: W, header: &str) -> Self {
        Self { lines: Lines::new("CSV", writer, header, encode) }
    }

    /// The writer.
    pub fn get_ref(&self) -> &W {
        self.lines.get_ref()
    }

    /// The writer. A record that was cut off stays so.
    pub fn into_inner(self) -> W {
        self.lines.into_inner()
    }
}

impl Csv<Blocking<File>> {
    /// Appends to a file, which is created if it does not exist. The header is written if it is empty. If its last line
    /// has no end, as after a crash, it gets one; where that line has an open quote, its record swallows the next.
    ///
    /// It opens the file at once, in the calling thread.
    ///
    /// # Errors
    /// If the file can't be opened.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, sink::Csv, tags};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("metrix-csv-{}", std::process::id()));
    /// for _ in 0..2 {
    ///     let mut sink = Csv::file(&path)?;
    ///     sink.write(&[MElement::new("requests.count", 3.0, tags! {}, Timestamp::EPOCH)]).await?;
    ///     sink.close().await?;
    /// }
    /// assert_eq!(std::fs::read_to_string(&path)?.lines().count(), 3); // one header, two records
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let (file, tail) = append(path.as_ref())?;
        let header = match tail {
            Tail::Empty => HEADER,
            Tail::Line => "",
            Tail::Torn => "\r\n",
        };
        Ok(Self::begin(file, header))
    }
}

impl Csv<Blocking<Stdout>> {
    /// Writes to the standard output.
    ///
    /// ```
    /// use metrix::{Sink, sink::Csv};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut sink = Csv::stdout();
    /// assert!(sink.flush().await.is_ok()); // writes the header
    /// # }
    /// ```
    pub fn stdout() -> Self {
        Self::new(Blocking::new(io::stdout()))
    }
}

impl<W> Sink for Csv<W>
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

fn encode(element: &MElement, text: &mut String) -> Result<(), String> {
    field(&element.name, text);
    text.push(',');
    write_number(element.value, text);
    write!(text, ",{},", element.at).expect("a string takes all text");
    if let Some(start) = element.start {
        write!(text, "{start}").expect("a string takes all text");
    }
    text.push(',');
    field(&joined(&element.tags), text);
    text.push_str("\r\n");
    Ok(())
}

fn field(content: &str, text: &mut String) {
    if !content.contains([',', '"', '\r', '\n']) {
        return text.push_str(content);
    }
    text.push('"');
    for c in content.chars() {
        if c == '"' {
            text.push('"');
        }
        text.push(c);
    }
    text.push('"');
}

fn joined(tags: &Tags) -> String {
    let mut text = String::new();
    for (place, (name, value)) in tags.iter().enumerate() {
        if place > 0 {
            text.push(';');
        }
        escaped(name, &mut text);
        text.push('=');
        escaped(value, &mut text);
    }
    text
}

fn escaped(content: &str, text: &mut String) {
    for c in content.chars() {
        if matches!(c, '\\' | ';' | '=') {
            text.push('\\');
        }
        text.push(c);
    }
}
