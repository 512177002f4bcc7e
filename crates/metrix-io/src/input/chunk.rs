//! [`Chunk`]: some lines.

use super::{Input, Step};

/// So much text makes a chunk, however short its lines are.
const FULL: usize = 64 * 1024;

/// Some lines of an input, in one allocation for their text.
///
/// ```
/// use metrix_io::Input;
/// use metrix::size;
/// use futures::StreamExt;
///
/// # futures::executor::block_on(async {
/// let mut chunks = Input::reader("words", &b"one\ntwo\n"[..]).open()?.chunks(size(4))?;
/// let chunk = chunks.next().await.expect("there are two lines")?;
/// assert_eq!(chunk.lines().map(|line| (line.number, line.text)).collect::<Vec<_>>(), [(1, Some(&b"one"[..])), (2, Some(b"two"))]);
/// # Ok::<(), metrix_io::InputError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct Chunk {
    text: Vec<u8>,
    /// Where each line ends in the text.
    lines: Vec<(u64, Option<usize>)>,
}

/// A line of a [`Chunk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line<'a> {
    /// Its number in its file, from 1 on.
    pub number: u64,
    /// The line without its end; `None` if it is too long, so that it was passed over.
    pub text: Option<&'a [u8]>,
}

impl Chunk {
    /// The lines, in order. There is at least one.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let mut begin = 0;
        self.lines.iter().map(move |&(number, end)| {
            let text = end.map(|end| &self.text[std::mem::replace(&mut begin, end)..end]);
            Line { number, text }
        })
    }

    /// Adds what the input has gone to.
    pub(super) fn push(&mut self, step: Step, input: &Input) {
        match step {
            Step::Line => {
                self.text.extend_from_slice(input.line());
                self.lines.push((input.number(), Some(self.text.len())));
            }
            Step::TooLong => self.lines.push((input.number(), None)),
            Step::Nothing | Step::End => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.text.len() + self.lines.len() * size_of::<(u64, Option<usize>)>() >= FULL
    }
}
