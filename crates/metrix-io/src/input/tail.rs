//! [`Tail`]: a file that grows, and may be replaced.

use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::origin::Got;
use super::progress::Progress;

/// A file that is read as it grows, through its rotation.
///
/// - It is renamed, and another is created in its place: the old one is read as long as it grows, until the new one has
///   something in it.
/// - It is truncated, after a copy was made of it or without: it is read from its beginning. That shows by its being shorter than
///   what was read of it, so a file that has outgrown that within one look isn't found out.
/// - Of files that take each other's place between two looks, those in the middle aren't seen.
pub(super) struct Tail {
    path: PathBuf,
    file: File,
    id: Id,
    /// How much of the file was read.
    at: u64,
    progress: Progress,
    /// No more than what is there is to be read.
    pub(super) is_last: bool,
}

/// What tells one file from another.
#[cfg(unix)]
type Id = (u64, u64);
#[cfg(not(unix))]
type Id = Option<std::time::SystemTime>;

#[cfg(unix)]
fn id(metadata: &Metadata) -> Id {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

/// Where files have no number, they are told apart by when they were created.
#[cfg(not(unix))]
fn id(metadata: &Metadata) -> Id {
    metadata.created().ok()
}

impl Tail {
    /// Reads a file that has been opened at `path`, from byte `at` on.
    pub(super) fn new(path: PathBuf, mut file: File, at: u64, progress: Progress) -> io::Result<Self> {
        file.seek(SeekFrom::Start(at))?;
        Ok(Self { id: id(&file.metadata()?), path, file, at, progress, is_last: false })
    }

    pub(super) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Got> {
        if let Some(got) = self.more(buffer)? {
            return Ok(got);
        }
        if self.file.metadata()?.len() < self.at {
            self.file.seek(SeekFrom::Start(0))?;
            self.at = 0;
            return Ok(Got::Anew);
        }
        match self.successor()? {
            Some(file) => self.leave_for(file, buffer),
            None if self.is_last => Ok(Got::End),
            None => Ok(Got::Nothing),
        }
    }

    /// The file that has taken this one's place, once it has something in it: an empty one is no reason to leave the old
    /// one, to which its writer may still write.
    fn successor(&self) -> io::Result<Option<File>> {
        let file = match fs::metadata(&self.path) {
            Ok(metadata) if id(&metadata) != self.id && metadata.len() > 0 => File::open(&self.path),
            Ok(_) => return Ok(None),
            Err(error) => Err(error),
        };
        match file {
            // Between the renaming and the creation, or before the new file is given to this user.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
            file => file.map(Some),
        }
    }

    /// Goes on to another file, unless this one has something yet: what was written after it was read, and before the other
    /// one was begun.
    fn leave_for(&mut self, file: File, buffer: &mut [u8]) -> io::Result<Got> {
        if let Some(got) = self.more(buffer)? {
            return Ok(got);
        }
        self.id = id(&file.metadata()?);
        self.file = file;
        self.at = 0;
        Ok(Got::Anew)
    }

    fn more(&mut self, buffer: &mut [u8]) -> io::Result<Option<Got>> {
        let bytes = self.file.read(buffer)?;
        self.at += bytes as u64;
        self.progress.add(bytes);
        Ok((bytes > 0).then_some(Got::Bytes(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_is_written_just_before_the_new_file_is_begun_is_read_first() {
        let folder = std::env::temp_dir().join(format!("metrix-io-tail-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("log");
        let mut old = File::create(&path).unwrap();
        let progress = Progress::new(None);
        let mut tail = Tail::new(path.clone(), File::open(&path).unwrap(), 0, progress).unwrap();
        let mut buffer = [0; 8];

        fs::rename(&path, folder.join("log.1")).unwrap();
        fs::write(&path, "new").unwrap();
        // The old file was at its end when it was read, and the new one is found; but in between there was this.
        let successor = tail.successor().unwrap().unwrap();
        old.write_all(b"late").unwrap();
        assert_eq!(tail.leave_for(successor, &mut buffer).unwrap(), Got::Bytes(4));
        assert_eq!(&buffer[..4], b"late");
        assert_eq!(tail.read(&mut buffer).unwrap(), Got::Anew);
        assert_eq!(tail.read(&mut buffer).unwrap(), Got::Bytes(3));
        fs::remove_dir_all(folder).unwrap();
    }
}
