//! [`Print`]: an element a line, as the Python library prints it.

use std::io::{self, Stdout};

use tokio::io::AsyncWrite;

use super::blocking::Blocking;
use super::lines::Lines;
use super::repr::repr;
use crate::{MElement, Sink, WriteError};

/// A sink that writes each element as the Python library's printer does, for people to read.
///
/// ```text
/// MElement(name='n.sum', value=3, tags={'foo': 'bar'})
/// ```
///
/// Tags are `None` when there are none. Texts are written as Python's `repr` writes them, so a line break or a command to a
/// terminal in a name is shown and not obeyed. There are two differences: as values are of one type here, an
/// integer below 2⁵³ is written without a point, as Python's `int`, and all else as its `float`; and tags are in
/// the order of their names.
///
/// Times are left out; [`JsonLines`](super::JsonLines) has them.
///
/// ```
/// use metrix::{MElement, Sink, Timestamp, sink::Print, tags};
///
/// # futures::executor::block_on(async {
/// let mut sink = Print::new(Vec::new());
/// let element = |value, tags| MElement::new("n.sum", value, tags, Timestamp::EPOCH);
/// sink.write(&[element(3.0, tags! { "foo" => "bar" }), element(0.5, tags! {})]).await?;
/// assert_eq!(
///     std::str::from_utf8(sink.get_ref()).unwrap(),
///     "MElement(name='n.sum', value=3, tags={'foo': 'bar'})\nMElement(name='n.sum', value=0.5, tags=None)\n"
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
pub struct Print<W> {
    lines: Lines<W>,
}

impl<W> Print<W> {
    /// Writes to `writer`.
    pub fn new(writer: W) -> Self {
        Self { lines: Lines::new("print", writer, "", encode) }
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

impl Print<Blocking<Stdout>> {
    /// Writes to the standard output.
    ///
    /// ```
    /// use metrix::{MElement, Sink, Timestamp, sink::Print, tags};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let mut sink = Print::stdout();
    /// assert!(sink.write(&[MElement::new("n.sum", 3.0, tags! {}, Timestamp::EPOCH)]).await.is_ok());
    /// # }
    /// ```
    pub fn stdout() -> Self {
        Self::new(Blocking::new(io::stdout()))
    }
}

impl<W> Sink for Print<W>
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
    repr(element, text);
    text.push('\n');
    Ok(())
}
