//! [`Output`]: the standard output, or a file.

mod draft;

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use self::draft::Draft;
use crate::place::place;

/// Where a command writes what it was asked for.
pub(crate) struct Output {
    writer: BufWriter<Box<dyn Write + Send>>,
    is_terminal: bool,
}

/// A file that is being written, and is there only when it is whole.
#[derive(Debug)]
pub(crate) struct Unpublished {
    name: Option<PathBuf>,
    draft: Option<Draft>,
}

impl Output {
    /// The standard output without a path and for `-`; otherwise a file, which is made anew when that is published.
    pub(crate) fn open(path: Option<&Path>) -> Result<(Self, Unpublished), OutputError> {
        match path {
            Some(path) if path != Path::new("-") => {
                let (draft, file) = Self::create(path).map_err(|error| OutputError::new(Some(path), error))?;
                let output = Self { writer: BufWriter::new(Box::new(file)), is_terminal: false };
                Ok((output, Unpublished { name: Some(path.to_owned()), draft }))
            }
            _ => {
                let stdout = io::stdout();
                let output = Self { is_terminal: stdout.is_terminal(), writer: BufWriter::new(Box::new(stdout)) };
                Ok((output, Unpublished { name: None, draft: None }))
            }
        }
    }

    fn create(path: &Path) -> io::Result<(Option<Draft>, File)> {
        // Nothing can take the place of a device or a pipe.
        if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Ok((None, File::create(path)?));
        }
        let (draft, file) = Draft::begin(path)?;
        Ok((Some(draft), file))
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }
}

impl Unpublished {
    /// What was written, and flushed, is all.
    pub(crate) fn publish(self) -> Result<(), OutputError> {
        let published = self.draft.map_or(Ok(()), Draft::publish);
        published.map_err(|error| OutputError::new(self.name.as_deref(), error))
    }
}

/// Whether an output would take the place of a file that is read for it.
pub(crate) fn replaces(output: Option<&Path>, read: &Path) -> bool {
    let dash = Path::new("-");
    output.is_some_and(|output| output != dash && read != dash && place(output) == place(read))
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Why nothing can be written there.
#[derive(Debug)]
pub(crate) struct OutputError {
    name: String,
    error: io::Error,
}

impl OutputError {
    pub(crate) fn new(path: Option<&Path>, error: io::Error) -> Self {
        let name = match path {
            Some(path) if path != Path::new("-") => path.display().to_string(),
            _ => "the standard output".to_owned(),
        };
        Self { name, error }
    }

    /// Whether the reader at the other end of a pipe has seen enough, which is no fault.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        self.error.kind() == io::ErrorKind::BrokenPipe
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unable to write {}: {}: name a file that can be written with --output", self.name, self.error)
    }
}
