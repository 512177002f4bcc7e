//! [`Journal`]: what is written until it becomes a Parquet file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::folder::is_at;
use super::frame;

/// A file of frames, of which the first `len` bytes are good.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    len: u64,
    rows: u64,
    is_synced: bool,
}

impl Journal {
    /// A new one; there must be none yet.
    pub(super) fn create(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        Ok(Self { file, path, len: 0, rows: 0, is_synced: true })
    }

    /// One that another process has left. How much of it is good is seen when it is read.
    pub(super) fn leftover(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let len = file.metadata()?.len();
        Ok(Self { file, path, len, rows: 0, is_synced: false })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// In bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds a frame of so many rows, or nothing.
    pub(super) fn append(&mut self, frame: &[u8], rows: usize) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len))?;
        self.is_synced = false;
        if let Err(error) = self.file.write_all(frame) {
            // What stands there now is no whole frame, and is written over by the next one.
            let _ = self.file.set_len(self.len);
            return Err(error);
        }
        self.len += frame.len() as u64;
        self.rows += rows as u64;
        Ok(())
    }

    /// Has the disk keep it.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if !self.is_synced {
            self.file.sync_data()?;
            self.is_synced = true;
        }
        Ok(())
    }

    /// Makes it anew where it was, if somebody has taken it away. Its contents are still to be had from the system.
    pub(super) fn restore(&mut self) -> io::Result<()> {
        if is_at(&self.file, &self.path) {
            return Ok(());
        }
        let mut other = Self::create(self.path.clone())?;
        self.file.seek(SeekFrom::Start(0))?;
        let copied = io::copy(&mut io::Read::take(&mut self.file, self.len), &mut other.file);
        match copied
            .and_then(|copied| if copied == self.len { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) })
        {
            Ok(()) => {
                (other.len, other.rows, other.is_synced) = (self.len, self.rows, false);
                *self = other;
                Ok(())
            }
            Err(error) => {
                let _ = std::fs::remove_file(&self.path);
                Err(error)
            }
        }
    }

    /// Gives its frames, up to one that was never written as a whole. Tells how many bytes follow the last one.
    pub(super) fn read(&mut self, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<u64> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut left = self.len;
        let mut reader = BufReader::with_capacity(1 << 16, &self.file);
        while let Some(frame) = frame::next(&mut reader, left)? {
            left -= frame::length(&frame);
            take(&frame)?;
        }
        Ok(left)
    }
}
