//! [`load`]: the file of a configuration.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::problem::Problems;
use super::{Config, Problem, read};

/// The longest configuration in bytes, so that none takes up all memory or time.
const LONGEST: usize = 1 << 20;

/// Reads the file of a configuration, or the standard input, `-`.
pub(crate) fn load(path: &Path) -> Result<Config, Vec<Problem>> {
    let file = file_name(path);
    let bytes = bytes(path).map_err(|error| {
        let mend = match error.kind() {
            ErrorKind::NotFound => "is its name right? `metrix schema` prints one to begin with",
            ErrorKind::PermissionDenied => "who runs this has to be allowed to read it",
            _ => "name a file of TOML, or - for the standard input",
        };
        vec![Problem::of_file(&file, format!("the configuration can't be read: {error}: {mend}"))]
    })?;
    if bytes.len() > LONGEST {
        let message = format!("this is longer than {LONGEST} bytes: is it a configuration?");
        return Err(vec![Problem::of_file(&file, message)]);
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => read(&file, text),
        Err(error) => {
            let problems = Problems::default();
            problems.syntax(error.valid_up_to(), "this is no UTF-8, in which TOML is written: save the file as UTF-8");
            Err(problems.of(&file, &String::from_utf8_lossy(&bytes)))
        }
    }
}

/// What to call the file of a configuration.
pub(crate) fn file_name(path: &Path) -> String {
    match path.as_os_str() == "-" {
        true => "stdin".to_owned(),
        false => path.display().to_string(),
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file: Box<dyn io::Read> = match path.as_os_str() == "-" {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path)?),
    };
    let mut bytes = Vec::new();
    file.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
