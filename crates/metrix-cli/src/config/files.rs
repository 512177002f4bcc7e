//! [`Files`]: which files are read, and which are written.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::first::One;
use super::problem::Problems;
use crate::place::place;

/// Which files are read, and which are written, whichever way their paths are put.
#[derive(Debug, Default)]
pub(super) struct Files {
    read: HashSet<PathBuf>,
    written: HashSet<PathBuf>,
}

impl Files {
    /// A source reads this one.
    pub(super) fn reads(&mut self, file: Option<One<'_>>) {
        self.read.extend(file.map(|file| place(Path::new(file.is))));
    }

    /// A sink writes this one; reports it if another writes it, or a source reads it.
    pub(super) fn writes(&mut self, file: Option<One<'_>>, problems: &Problems) {
        let Some(One { at, is: file }) = file else { return };
        let place = place(Path::new(file));
        if self.read.contains(&place) {
            problems
                .wrong(at, format!("a source reads `{file}`, and would read what is written: rename the sink's file"));
        }
        if !self.written.insert(place) {
            problems.wrong(at, format!("two sinks write to `{file}`: leave one of them out, or rename its file"));
        }
    }
}
