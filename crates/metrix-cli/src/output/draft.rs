//! [`Draft`]: a file that takes the place of another when it is whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;

use crate::place::place;

/// A file beside another, whose place it takes when it is whole. Until then the other stays as it is, and if that doesn't
/// come, the draft goes away.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    of: PathBuf,
}

impl Draft {
    /// Begins one for this file, which may be there and then has to be one that can be written.
    pub(super) fn begin(of: &Path) -> io::Result<(Self, File)> {
        let permissions = match OpenOptions::new().write(true).open(of) {
            Ok(there) => Some(there.metadata()?.permissions()),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        // A link stays one.
        let of = place(of);
        let mut number = 0;
        let (path, file) = loop {
            let path = of.with_file_name(format!(".metrix-{}-{number}.tmp", process::id()));
            match File::create_new(&path) {
                Ok(file) => break (path, file),
                // Left by a process of this number that was killed.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        };
        let draft = Self { path, of };
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        Ok((draft, file))
    }

    /// It is whole.
    pub(super) fn publish(self) -> io::Result<()> {
        fs::rename(&self.path, &self.of)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It isn't there any more if it has taken its place.
        let _ = fs::remove_file(&self.path);
    }
}
