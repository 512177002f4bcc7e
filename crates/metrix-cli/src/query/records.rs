//! [`Records`]: elements for programs, as the sinks write them.

mod direct;

use std::error::Error as _;
use std::io::{self, Write};

use futures_util::FutureExt as _;
use metrix::sink::{Csv, JsonLines};
use metrix::{MElement, Sink, WriteError};

use self::direct::Direct;
use super::show::Show;

/// So many elements are written at a time.
const BATCH: usize = 4096;

/// Elements in the form of a sink.
pub(super) struct Records<S> {
    sink: S,
    batch: Vec<MElement>,
    refused: u64,
}

impl<W: Write + Unpin + Send + 'static> Records<Csv<Direct<W>>> {
    pub(super) fn csv(out: W) -> Self {
        Self::new(Csv::new(Direct(out)))
    }
}

impl<W: Write + Unpin + Send + 'static> Records<JsonLines<Direct<W>>> {
    pub(super) fn json(out: W) -> Self {
        Self::new(JsonLines::new(Direct(out)))
    }
}

impl<S: Sink> Records<S> {
    fn new(sink: S) -> Self {
        Self { sink, batch: Vec::with_capacity(BATCH), refused: 0 }
    }

    fn write(&mut self) -> io::Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let written =
            self.sink.write(&self.batch).now_or_never().expect("a writer that blocks leaves nothing to wait for");
        self.batch.clear();
        match written {
            Ok(()) => Ok(()),
            Err(error) => match error.positions() {
                Some(positions) => {
                    self.refused += positions.len() as u64;
                    Ok(())
                }
                None => Err(cause(error)),
            },
        }
    }
}

impl<S: Sink> Show for Records<S> {
    fn element(&mut self, element: MElement) -> io::Result<()> {
        self.batch.push(element);
        if self.batch.len() < BATCH { Ok(()) } else { self.write() }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.write()?;
        let closed = self.sink.close().now_or_never().expect("a writer that blocks leaves nothing to wait for");
        closed.map_err(cause)
    }

    fn left_out(&self) -> u64 {
        self.refused
    }
}

/// What went wrong with the writer.
fn cause(error: WriteError) -> io::Error {
    let kind = error.source().and_then(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind);
    match error.source() {
        Some(source) => io::Error::new(kind.unwrap_or(io::ErrorKind::Other), source.to_string()),
        None => io::Error::other(error),
    }
}
