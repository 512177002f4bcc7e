//! [`Journal`]: what is written until it becomes a Parquet file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::folder::is_at;
use super::frame::{self, Element, MARK, Next};

/// A file of frames, of which the first `len` bytes are good.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    path: PathBuf,
    len: u64,
    rows: u64,
    is_synced: bool,
}

/// What was read of a journal: so many elements, and so many bytes that are of none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) rows: u64,
    /// Of one frame at the end that was never written as a whole.
    pub(super) torn: u64,
    /// Of all else.
    pub(super) damaged: u64,
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
        // Something else may stand there, such as an older copy of it.
        let new = self.path.with_extension("part");
        match self.copy(&new).and_then(|other| fs::rename(&new, &self.path).map(|()| other)) {
            Ok(other) => {
                *self = other;
                Ok(())
            }
            Err(error) => {
                let _ = fs::remove_file(&new);
                Err(error)
            }
        }
    }

    /// What is left of it, as a new file that is to have its name.
    fn copy(&mut self, path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(path)?;
        self.file.seek(SeekFrom::Start(0))?;
        let len = io::copy(&mut io::Read::take(&mut self.file, self.len), &mut file)?;
        Ok(Self { file, path: self.path.clone(), len, rows: self.rows, is_synced: false })
    }

    /// Gives the elements of its frames, those behind damage too.
    pub(super) fn read(&mut self, mut take: impl FnMut(&[Element<'_>]) -> io::Result<()>) -> io::Result<Found> {
        // Somebody may have cut it.
        let len = self.len.min(self.file.metadata()?.len());
        let mut found = Found { damaged: self.len - len, ..Found::default() };
        let mut reader = BufReader::with_capacity(1 << 16, &self.file);
        reader.seek(SeekFrom::Start(0))?;
        let mut place = 0;
        while place < len {
            let next = frame::next(&mut reader, len - place)?;
            if let Some((frame, elements)) = decoded(&next) {
                take(&elements)?;
                found.rows += elements.len() as u64;
                place += frame::length(frame);
                continue;
            }
            let behind = self.whole_frame(place + 1, len)?;
            match behind {
                None if next == Next::Unfinished => found.torn += len - place,
                None => found.damaged += len - place,
                Some(behind) => found.damaged += behind - place,
            }
            place = behind.unwrap_or(len);
            reader.seek(SeekFrom::Start(place))?;
        }
        Ok(found)
    }

    /// Where the next whole frame is, from a place on.
    fn whole_frame(&self, mut from: u64, len: u64) -> io::Result<Option<u64>> {
        let mut file = &self.file;
        let mut bytes = vec![0; 1 << 16];
        while from + (MARK.len() as u64) <= len {
            let size = usize::try_from(len - from).map_or(bytes.len(), |left| left.min(bytes.len()));
            file.seek(SeekFrom::Start(from))?;
            file.read_exact(&mut bytes[..size])?;
            let marks = bytes[..size].windows(MARK.len()).enumerate().filter(|(_, window)| *window == MARK);
            for place in marks.map(|(offset, _)| from + offset as u64) {
                file.seek(SeekFrom::Start(place))?;
                if decoded(&frame::next(&mut file, len - place)?).is_some() {
                    return Ok(Some(place));
                }
            }
            // A mark may stand across the end.
            from += (size - (MARK.len() - 1)) as u64;
        }
        Ok(None)
    }
}

fn decoded(next: &Next) -> Option<(&[u8], Vec<Element<'_>>)> {
    match next {
        Next::Whole(frame) => Some((frame, frame::decode(frame)?)),
        Next::Unfinished | Next::Wrong => None,
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, tags};

    use super::*;

    fn frame(numbers: std::ops::Range<i64>) -> Vec<u8> {
        let element = |number| MElement::new("a", 0.5, tags! { "n" => number }, Timestamp::from_nanos(number));
        frame::encode(&numbers.map(element).collect::<Vec<_>>())
    }

    /// What is found in a journal of these bytes, and the times of its elements.
    fn read(bytes: &[u8]) -> (Found, Vec<i64>) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        let mut numbers = Vec::new();
        let found = Journal::leftover(file.path().to_owned()).unwrap().read(|elements| {
            numbers.extend(elements.iter().map(|element| element.at.as_nanos()));
            Ok(())
        });
        (found.unwrap(), numbers)
    }

    #[test]
    fn what_stands_behind_damage_is_found() {
        let (first, second, third) = (frame(0..3), frame(3..6), frame(6..9));
        let (length, all) = (first.len() as u64, [&first[..], &second, &third].concat());
        assert_eq!(read(&all), (Found { rows: 9, torn: 0, damaged: 0 }, (0..9).collect()));
        for place in first.len()..2 * first.len() {
            let mut changed = all.clone();
            changed[place] ^= 1;
            let expected = Found { rows: 6, torn: 0, damaged: length };
            assert_eq!(read(&changed), (expected, vec![0, 1, 2, 6, 7, 8]), "{place}");
        }
        // More than is looked at at once.
        for zeros in [1, 3, (1 << 16) - 5, (1 << 16) - 1, 1 << 16, 200_000] {
            let found = read(&[&first[..], &vec![0; zeros], &second].concat()).0;
            assert_eq!(found, Found { rows: 6, torn: 0, damaged: zeros as u64 });
        }
    }

    #[test]
    fn the_beginning_of_a_frame_is_torn_and_all_else_damaged() {
        let (first, second) = (frame(0..3), frame(3..6));
        for end in 1..second.len() {
            let found = read(&[&first[..], &second[..end]].concat()).0;
            assert_eq!(found, Found { rows: 3, torn: end as u64, damaged: 0 });
        }
        let found = read(&[&first[..], &[0; 100]].concat()).0;
        assert_eq!(found, Found { rows: 3, torn: 0, damaged: 100 });
        // Of another version.
        let mut other = second.clone();
        other[3] += 1;
        assert_eq!(read(&other).0, Found { rows: 0, torn: 0, damaged: other.len() as u64 });
    }

    #[test]
    fn what_was_cut_is_damage() {
        let file = tempfile::tempdir().unwrap();
        let mut journal = Journal::create(file.path().join("journal")).unwrap();
        let frame = frame(0..3);
        for _ in 0..2 {
            journal.append(&frame, 3).unwrap();
        }
        File::options().write(true).open(journal.path()).unwrap().set_len(frame.len() as u64).unwrap();
        let found = journal.read(|_| Ok(())).unwrap();
        assert_eq!(found, Found { rows: 3, torn: 0, damaged: frame.len() as u64 });
    }
}
