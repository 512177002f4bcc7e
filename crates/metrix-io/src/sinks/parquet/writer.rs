//! [`Writer`]: elements into a journal, and journals into Parquet files.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

use metrix::{MElement, Timestamp};
use tokio::time::Instant;

use super::columns::Columns;
use super::counts::ParquetCounts;
use super::folder::{Folder, Kind};
use super::frame::{self, Elements};
use super::journal::Journal;
use super::options::{Compression, Limits};

/// Writes into a folder.
#[derive(Debug)]
pub(super) struct Writer {
    folder: Folder,
    current: Option<Current>,
    counts: Arc<ParquetCounts>,
}

/// What is to be the next file.
#[derive(Debug)]
struct Current {
    name: String,
    journal: Journal,
    begun: Instant,
}

impl Current {
    fn is_full(&self, limits: &Limits) -> bool {
        let age = self.begun.elapsed();
        self.journal.rows() >= limits.rows || self.journal.len() >= limits.bytes || age >= limits.every
    }
}

impl Writer {
    /// Takes a folder, and makes files of the journals that were left behind in it.
    pub(super) fn open(path: &Path, counts: Arc<ParquetCounts>) -> io::Result<Self> {
        let (folder, leftovers) = Folder::open(path)?;
        let mut writer = Self { folder, current: None, counts };
        let of = |wanted| leftovers.iter().filter(move |(kind, _)| *kind == wanted);
        // Their journals have it all.
        for (kind, name) in of(Kind::Part) {
            fs::remove_file(writer.folder.file(*kind, name))?;
        }
        for (_, name) in of(Kind::Journal) {
            writer.recover(name)?;
        }
        Ok(writer)
    }

    fn recover(&mut self, name: &str) -> io::Result<()> {
        let path = self.folder.file(Kind::Journal, name);
        if self.folder.file(Kind::Whole, name).exists() {
            return fs::remove_file(path);
        }
        let mut journal = Journal::leftover(path)?;
        let (rows, torn) = self.convert(name, &mut journal, Compression::default())?;
        self.counts.found(rows, torn);
        tracing::warn!(
            file = name,
            elements = rows,
            torn,
            "a process has ended without making a file of its elements: made it"
        );
        Ok(())
    }

    /// Writes a batch, and ends the file if that fills it. Gives when a new file has to end, if it has begun one.
    ///
    /// The error in it says that the file could not be ended; the batch is written all the same.
    pub(super) fn write(
        &mut self,
        batch: &[MElement],
        limits: &Limits,
        compression: Compression,
    ) -> io::Result<(Option<Instant>, io::Result<()>)> {
        self.folder.check()?;
        // A file that could not be ended takes nothing more, so that it is bounded.
        self.end_if_full(limits, compression)?;
        let is_new = self.current.is_none();
        let current = self.current()?;
        current.journal.restore()?;
        current.journal.append(&frame::encode(batch), batch.len())?;
        let due = is_new.then(|| current.begun + limits.every);
        Ok((due, self.end_if_full(limits, compression)))
    }

    fn current(&mut self) -> io::Result<&mut Current> {
        if self.current.is_none() {
            let name = self.folder.new_name(Timestamp::now());
            let journal = Journal::create(self.folder.file(Kind::Journal, &name))?;
            self.current = Some(Current { name, journal, begun: Instant::now() });
        }
        Ok(self.current.as_mut().expect("there is one now"))
    }

    /// Has the disk keep the journal.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.folder.check()?;
        let Some(current) = &mut self.current else { return Ok(()) };
        current.journal.restore()?;
        current.journal.sync()?;
        self.folder.sync()
    }

    pub(super) fn end_if_full(&mut self, limits: &Limits, compression: Compression) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|current| current.is_full(limits)) {
            self.end(compression)
        } else {
            Ok(())
        }
    }

    /// Makes a file of the journal, if there is one.
    pub(super) fn end(&mut self, compression: Compression) -> io::Result<()> {
        let Some(mut current) = self.current.take() else { return Ok(()) };
        let ended = self.folder.check().and_then(|()| current.journal.restore());
        let ended = ended.and_then(|()| self.convert(&current.name, &mut current.journal, compression));
        match ended {
            Ok(_) => Ok(()),
            Err(error) => {
                self.current = Some(current);
                Err(error)
            }
        }
    }

    /// Makes a file of a journal, which is removed. Tells how many rows it has, and how many bytes at the end are of none.
    fn convert(&self, name: &str, journal: &mut Journal, compression: Compression) -> io::Result<(u64, u64)> {
        let (part, whole) = (self.folder.file(Kind::Part, name), self.folder.file(Kind::Whole, name));
        let mut rows = 0;
        let mut fill = || {
            let mut columns = Columns::new(File::create(&part)?, compression)?;
            let torn = journal.read(|frame| {
                for element in Elements::of(frame) {
                    rows += 1;
                    columns.push(&element)?;
                }
                Ok(())
            })?;
            if rows == 0 {
                fs::remove_file(&part)?;
                return Ok(torn);
            }
            columns.finish()?.sync_all()?;
            // From here on it is there for everybody, and the journal isn't needed any more.
            fs::rename(&part, &whole)?;
            self.folder.sync()?;
            self.counts.written();
            Ok(torn)
        };
        match fill() {
            Ok(torn) => {
                // If it stays, it is removed when the folder is opened again.
                if let Err(error) = fs::remove_file(journal.path()) {
                    tracing::warn!(file = name, %error, "the journal of a file that is whole can't be removed");
                }
                Ok((rows, torn))
            }
            Err(error) => {
                // Its room may be what is missing.
                let _ = fs::remove_file(&part);
                Err(error)
            }
        }
    }
}
