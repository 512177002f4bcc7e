//! [`Chunk`]: some lines.

use memchr::memchr;

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
    /// Where the first line begins in the text.
    begin: usize,
    /// The number of the first line.
    first: u64,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, Default)]
enum Shape {
    /// Lines with their ends, as they were read; none at first.
    #[default]
    Lines,
    /// One line, without its end.
    Line,
    /// One that is passed over.
    TooLong,
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
    pub(super) fn lines_of(text: Vec<u8>, begin: usize, first: u64) -> Self {
        Self { text, begin, first, shape: Shape::Lines }
    }

    pub(super) fn line(line: &[u8], number: u64) -> Self {
        Self { text: line.to_vec(), begin: 0, first: number, shape: Shape::Line }
    }

    pub(super) fn too_long(number: u64) -> Self {
        Self { text: Vec::new(), begin: 0, first: number, shape: Shape::TooLong }
    }

    /// The lines, in order. There is at least one.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let (mut rest, mut number) = (Some(&self.text[self.begin..]), self.first);
        std::iter::from_fn(move || {
            let text = match self.shape {
                Shape::Lines => {
                    let text = rest?;
                    let end = memchr(b'\n', text)?;
                    rest = Some(&text[end + 1..]);
                    let line = &text[..end];
                    Some(line.strip_suffix(b"\r").unwrap_or(line))
                }
                Shape::Line => Some(rest.take()?),
                Shape::TooLong => {
                    rest.take()?;
                    None
                }
            };
            number += 1;
            Some(Line { number: number - 1, text })
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first == 0
    }

    /// Its memory, to be used again.
    pub(super) fn into_memory(self) -> Vec<u8> {
        self.text
    }
}
