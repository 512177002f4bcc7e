//! [`append`]: a file to which lines are added.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::Blocking;

/// What a file ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sink) enum Tail {
    /// Nothing: it is empty or new, or no regular file.
    Empty,
    /// The end of a line.
    Line,
    /// A line without its end, as a crash leaves it.
    Torn,
}

/// Opens a file to append to it, or creates it.
pub(in crate::sink) fn append(path: &Path) -> io::Result<(Blocking<File>, Tail)> {
    // Not for reading, which a pipe or a device may not allow.
    let file = OpenOptions::new().append(true).create(true).open(path)?;
    let about = file.metadata()?;
    let tail = if about.is_file() && about.len() > 0 { tail(path)? } else { Tail::Empty };
    Ok((Blocking::new(file), tail))
}

fn tail(path: &Path) -> io::Result<Tail> {
    let mut last = [0];
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(if last == *b"\n" { Tail::Line } else { Tail::Torn })
}
