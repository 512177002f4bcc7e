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
use super::frame;
use super::journal::{Found, Journal};
use super::options::{Compression, Limits};

/// Writes into a folder.
#[derive(Debug)]
pub(super) struct Writer {
    folder: Folder,
    compression: Compression,
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
    pub(super) fn open(path: &Path, compression: Compression, counts: Arc<ParquetCounts>) -> io::Result<Self> {
        let (folder, leftovers) = Folder::open(path)?;
        let writer = Self { folder, compression, current: None, counts };
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

    fn recover(&self, name: &str) -> io::Result<()> {
        let mut journal = Journal::leftover(self.folder.file(Kind::Journal, name))?;
        if self.folder.file(Kind::Whole, name).exists() {
            // The process was about to do this.
            let found = journal.read(|_| Ok(()))?;
            self.put_away(name, &journal, found.damaged);
            return Ok(());
        }
        let Found { rows, torn, damaged } = self.convert(name, &mut journal)?;
        self.counts.recover(rows, torn);
        tracing::warn!(
            file = name,
            elements = rows,
            torn,
            "a process has ended without making a file of its elements: made it"
        );
        self.put_away(name, &journal, damaged);
        Ok(())
    }

    /// Takes back a journal that isn't needed any more, or keeps it under another name if parts of it could not be read.
    fn put_away(&self, name: &str, journal: &Journal, damaged: u64) {
        if damaged == 0 {
            // If it stays, it is removed when the folder is opened again.
            if let Err(error) = fs::remove_file(journal.path()) {
                tracing::warn!(file = name, %error, "the journal of a file that is whole can't be removed");
            }
            return;
        }
        self.counts.damage(damaged);
        let kept = self.folder.file(Kind::Damaged, name);
        let is_kept = fs::rename(journal.path(), &kept);
        let kept = kept.display();
        tracing::error!(
            file = name,
            bytes = damaged,
            "a journal was damaged, so that elements are missing in the file: it is kept as {kept}"
        );
        if let Err(error) = is_kept {
            tracing::warn!(file = name, %error, "the damaged journal can't be renamed, and is when the folder is opened again");
        }
    }

    /// Writes a batch. The file must not be full.
    pub(super) fn write(&mut self, batch: &[MElement]) -> io::Result<()> {
        self.folder.check()?;
        let current = self.current()?;
        current.journal.restore()?;
        current.journal.append(&frame::encode(batch), batch.len())
    }

    fn current(&mut self) -> io::Result<&mut Current> {
        if self.current.is_none() {
            let name = self.folder.new_name(Timestamp::now());
            let journal = Journal::create(self.folder.file(Kind::Journal, &name))?;
            self.current = Some(Current { name, journal, begun: Instant::now() });
        }
        Ok(self.current.as_mut().expect("there is one now"))
    }

    /// When the file has to be ended, if there is one.
    pub(super) fn due(&self, limits: &Limits) -> Option<Instant> {
        let current = self.current.as_ref()?;
        if current.is_full(limits) { Some(current.begun) } else { current.begun.checked_add(limits.every) }
    }

    /// Has the disk keep the journal.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.folder.check()?;
        let Some(current) = &mut self.current else { return Ok(()) };
        current.journal.restore()?;
        current.journal.sync()?;
        self.folder.sync()
    }

    pub(super) fn end_if_full(&mut self, limits: &Limits) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|current| current.is_full(limits)) { self.end() } else { Ok(()) }
    }

    /// Makes a file of the journal, if there is one.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let Some(mut current) = self.current.take() else { return Ok(()) };
        let ended = self.folder.check().and_then(|()| current.journal.restore());
        match ended.and_then(|()| self.convert(&current.name, &mut current.journal)) {
            Ok(found) => {
                // All of it was confirmed.
                self.put_away(&current.name, &current.journal, found.damaged + found.torn);
                Ok(())
            }
            Err(error) => {
                self.current = Some(current);
                Err(error)
            }
        }
    }

    /// Makes a file of a journal, which stays, if there are elements in it.
    fn convert(&self, name: &str, journal: &mut Journal) -> io::Result<Found> {
        let (part, whole) = (self.folder.file(Kind::Part, name), self.folder.file(Kind::Whole, name));
        let mut fill = || {
            let mut columns = Columns::new(File::create(&part)?, self.compression)?;
            let found = journal.read(|elements| elements.iter().try_for_each(|element| columns.push(element)))?;
            if found.rows == 0 {
                fs::remove_file(&part)?;
                return Ok(found);
            }
            columns.finish()?.sync_all()?;
            // From here on it is there for everybody, and the journal isn't needed any more.
            fs::rename(&part, &whole)?;
            self.folder.sync()?;
            self.counts.written();
            Ok(found)
        };
        fill().inspect_err(|_| {
            // Its room may be what is missing.
            let _ = fs::remove_file(&part);
        })
    }
}
