//! [`InputBuilder`]: how an input is to be read.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use metrix::size;

use super::line_buffer::LineBuffer;
use super::origin::Origin;
use super::progress::{Counted, Progress};
use super::tail::Tail;
use super::unpack::{Unpack, is_packed};
use super::{Input, InputError};

/// How an input is to be read. It is made by [`Input::builder`] or [`Input::reader`].
///
/// ```
/// use metrix_io::{Follow, Input, Step};
/// use std::io::Write;
///
/// # let path = std::env::temp_dir().join(format!("metrix-follow-{}", std::process::id()));
/// let mut log = std::fs::File::create(&path)?;
/// writeln!(log, "before")?;
/// let mut input = Input::builder(&path).follow(Follow::FromEnd).open()?;
/// assert_eq!(input.advance()?, Step::Nothing);
/// writeln!(log, "after")?;
/// assert_eq!(input.advance()?, Step::Line);
/// assert_eq!(input.line(), b"after");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct InputBuilder {
    whence: Whence,
    follow: Option<Follow>,
    max_line: NonZeroUsize,
    look_every: Duration,
}

enum Whence {
    Path(PathBuf),
    Reader(String, Box<dyn Read + Send>),
}

/// From where on a file is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// All of it.
    FromStart,
    /// Only what comes after it was opened, from the next line on.
    FromEnd,
}

impl InputBuilder {
    pub(super) fn path(path: PathBuf) -> Self {
        Self::new(Whence::Path(path))
    }

    pub(super) fn reader(name: String, reader: Box<dyn Read + Send>) -> Self {
        Self::new(Whence::Reader(name, reader))
    }

    fn new(whence: Whence) -> Self {
        Self { whence, follow: None, max_line: size(1 << 20), look_every: Duration::from_millis(250) }
    }

    /// Goes on after the end of the file, with what is added to it, until it is [stopped](Input::stop_following).
    ///
    /// A rotation is followed too, whether the file is renamed and another one created in its place, or it is copied and
    /// truncated. A file that was renamed is read as long as it grows, until the new one has something in it. What can't be seen:
    /// a file that, between two looks, was truncated and has become longer than it was; and of several
    /// rotations between two looks, the files in the middle.
    #[must_use]
    pub fn follow(mut self, from: Follow) -> Self {
        self.follow = Some(from);
        self
    }

    /// The longest line that is taken, in bytes without its end; 1 MiB, if nothing else is said.
    #[must_use]
    pub fn max_line(mut self, bytes: NonZeroUsize) -> Self {
        self.max_line = bytes;
        self
    }

    /// How often [`chunks`](Input::chunks) looks for more of a file that is followed; every 250 milliseconds, if nothing else
    /// is said.
    #[must_use]
    pub fn look_every(mut self, period: Duration) -> Self {
        self.look_every = period;
        self
    }

    /// Opens the input. Nothing is read of one that isn't followed.
    ///
    /// # Errors
    /// If there is no such file, it may not be read, or it is a directory. If something is to be followed that isn't a
    /// file, or is compressed.
    pub fn open(self) -> Result<Input, InputError> {
        let Self { whence, follow, max_line, look_every } = self;
        let name = match &whence {
            Whence::Path(path) if path.as_os_str() == "-" => "stdin".to_owned(),
            Whence::Path(path) => path.display().to_string(),
            Whence::Reader(name, _) => name.clone(),
        };
        match origin(whence, follow) {
            Ok((origin, progress, begins_within)) => {
                let lines = LineBuffer::new(origin, max_line.get(), begins_within);
                Ok(Input { name, lines, progress, look_every })
            }
            Err(error) => Err(InputError { input: name, bytes: None, error }),
        }
    }
}

/// Where the bytes come from, what tells how many, and whether they begin within a line.
fn origin(whence: Whence, follow: Option<Follow>) -> io::Result<(Origin, Progress, bool)> {
    let (reader, total): (Box<dyn Read + Send>, _) = match (whence, follow) {
        (Whence::Path(path), None) if path.as_os_str() == "-" => (Box::new(io::stdin()), None),
        (Whence::Path(path), None) => {
            let (file, total) = open(&path)?;
            (Box::new(file), total)
        }
        (Whence::Path(path), Some(from)) if path.as_os_str() != "-" => return tail(path, from),
        (Whence::Reader(_, reader), None) => (reader, None),
        (Whence::Path(_) | Whence::Reader(..), Some(_)) => {
            return Err(unsupported("only a file can be followed: leave out `follow`, and it is read until it ends"));
        }
    };
    let progress = Progress::new(total);
    let counted = Counted { inner: reader, progress: progress.clone() };
    Ok((Origin::Reader(Box::new(Unpack::new(Box::new(counted)))), progress, false))
}

/// A file that isn't a directory, and its length if it has one.
fn open(path: &PathBuf) -> io::Result<(File, Option<u64>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    Ok((file, metadata.is_file().then_some(metadata.len())))
}

fn tail(path: PathBuf, from: Follow) -> io::Result<(Origin, Progress, bool)> {
    let (mut file, Some(len)) = open(&path)? else {
        return Err(unsupported(
            "it is no regular file, and can't be followed: leave out `follow`, and it is read until it ends",
        ));
    };
    let mut begin = Vec::new();
    (&mut file).take(4).read_to_end(&mut begin)?;
    if is_packed(&begin) {
        return Err(unsupported(
            "it is compressed, and can't be followed: leave out `follow`, or follow what it is made of",
        ));
    }
    let (at, begins_within) = match from {
        Follow::FromStart => (0, false),
        Follow::FromEnd if len == 0 => (0, false),
        Follow::FromEnd => {
            let mut last = [0];
            file.seek(SeekFrom::Start(len - 1))?;
            file.read_exact(&mut last)?;
            (len, last != *b"\n")
        }
    };
    let progress = Progress::new(None);
    Ok((Origin::Tail(Tail::new(path, file, at, progress.clone())?), progress, begins_within))
}

fn unsupported(message: &str) -> io::Error {
    io::Error::new(ErrorKind::Unsupported, message)
}

impl fmt::Debug for InputBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input: &dyn fmt::Debug = match &self.whence {
            Whence::Path(path) => path,
            Whence::Reader(name, _) => name,
        };
        let Self { follow, max_line, .. } = self;
        f.debug_struct("InputBuilder")
            .field("input", input)
            .field("follow", follow)
            .field("max_line", max_line)
            .finish()
    }
}
