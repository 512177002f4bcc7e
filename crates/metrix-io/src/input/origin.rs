//! [`Origin`]: where bytes come from.

use std::io::{self, ErrorKind, Read};

use super::tail::Tail;

/// What came of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Got {
    Bytes(usize),
    /// There is nothing yet.
    Nothing,
    /// The last line was cut off, and what comes now begins anew: the file was truncated, or another has its name.
    Anew,
    End,
}

pub(super) enum Origin {
    Reader(Box<dyn Read + Send>),
    Tail(Tail),
}

impl Origin {
    /// Reads what there is, at least one byte unless it is at the end.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got> {
        loop {
            let read = match self {
                Self::Reader(reader) => {
                    reader.read(buffer).map(|bytes| if bytes == 0 { Got::End } else { Got::Bytes(bytes) })
                }
                Self::Tail(tail) => tail.read(buffer),
            };
            match read {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}
