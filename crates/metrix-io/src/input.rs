//! [`Input`]: what lines are read from.

mod builder;
mod chunk;
mod chunks;
mod error;
mod line_buffer;
mod origin;
mod progress;
mod tail;
mod unpack;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub use self::builder::{Follow, InputBuilder};
pub use self::chunk::{Chunk, Line};
pub use self::chunks::Chunks;
pub use self::error::InputError;
pub use self::progress::Progress;

use self::line_buffer::LineBuffer;
use self::origin::Origin;

/// What lines are read from: the standard input, a file, which may be compressed or still grow, or anything else that can
/// be read.
///
/// Each call of [`advance`](Self::advance) goes to the next line. Lines end with `\n` or `\r\n`, the last one may do without.
/// They may be any bytes. A line that is too long, which is told once, is passed over without keeping it. What gzip
/// (feature `gzip`) or Zstandard (feature `zstd`) has compressed is known by its first bytes, and read as it was before.
///
/// It is for threads that may block; [`chunks`](Self::chunks) makes a stream of it.
///
/// ```
/// use metrix_io::{Input, Step};
///
/// let mut input = Input::reader("words", &b"one\r\n\ntwo"[..]).open()?;
/// let mut lines = Vec::new();
/// while input.advance()? == Step::Line {
///     lines.push((input.number(), String::from_utf8_lossy(input.line()).into_owned()));
/// }
/// assert_eq!(lines, [(1, "one".into()), (2, "".into()), (3, "two".into())]);
/// # Ok::<(), metrix_io::InputError>(())
/// ```
///
/// Memory: the longest line, or 128 KiB, and what the decompression takes: of gzip 100 KiB, of Zstandard as much as was chosen
/// when compressing, up to 128 MiB.
pub struct Input {
    name: String,
    lines: LineBuffer,
    progress: Progress,
    look_every: Duration,
}

/// What there is at the place to which [`Input::advance`] has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A line: [`Input::line`] has it.
    Line,
    /// A line that is longer than is allowed. The rest of it is passed over.
    TooLong,
    /// A file that is followed has no more lines yet. There may be some later.
    Nothing,
    /// The end. It stays so.
    End,
}

impl Input {
    /// The file at a path, or the standard input, `-`. The file is opened by [`open`](InputBuilder::open).
    pub fn builder(path: impl Into<PathBuf>) -> InputBuilder {
        InputBuilder::path(path.into())
    }

    /// Anything that can be read, under the name that errors are to have.
    pub fn reader(name: impl Into<String>, reader: impl std::io::Read + Send + 'static) -> InputBuilder {
        InputBuilder::reader(name.into(), Box::new(reader))
    }

    /// Goes to the next line. It blocks until there is one, unless a file is followed.
    ///
    /// # Errors
    /// If it can't be read any further: what is compressed is damaged, for instance. Then it has ended, and what had come of
    /// the line at that place is left out.
    pub fn advance(&mut self) -> Result<Step, InputError> {
        self.lines.advance().map_err(|error| self.failed(error))
    }

    /// Goes beyond all the lines that are there.
    fn advance_all(&mut self, chunk: &mut Chunk, spare: impl FnOnce() -> Vec<u8>) -> Result<Step, InputError> {
        self.lines.advance_all(chunk, spare).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: std::io::Error) -> InputError {
        InputError { input: self.name.clone(), bytes: Some(self.progress.bytes()), error }
    }

    /// The line to which [`advance`](Self::advance) has gone, without its end. It is empty where that was none.
    pub fn line(&self) -> &[u8] {
        self.lines.line()
    }

    /// The number of that line, from 1 on, also if it is too long. After a rotation it begins anew.
    pub fn number(&self) -> u64 {
        self.lines.number()
    }

    /// The path, `stdin`, or the name that was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How far it has been read. It can be looked at from elsewhere while this is read.
    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Ends a file that is followed where it ends now, so that nothing that is in it is left out. Others are not concerned.
    pub fn stop_following(&mut self) {
        match self.lines.origin() {
            Origin::Tail(tail) => tail.is_last = true,
            Origin::Reader(_) => {}
        }
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, progress, .. } = self;
        f.debug_struct("Input").field("name", name).field("number", &self.number()).field("progress", progress).finish()
    }
}

#[cfg(test)]
mod tests;
