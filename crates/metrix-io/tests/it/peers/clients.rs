//! [`of_clients`]: what comes from PyPI, in the versions that are asked for.

use std::fs;
use std::path::{Path, PathBuf};

use super::found;

/// The Python that has the packages.
pub(crate) fn python() -> PathBuf {
    of_clients("Python with clients", |folder| Some(folder.join("bin/python")))
}

/// What `find` finds in their folder.
pub(crate) fn of_clients(what: &str, find: impl Fn(&Path) -> Option<PathBuf>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let wanted = fs::read(root.join("crates/metrix-cli/tests/it/clients/requirements.txt")).expect("it lies there");
    let folder = root.join("target/clients");
    found(what, || {
        let there = fs::read(folder.join("installed.txt")).ok()?;
        find(&folder).filter(|_| there == wanted)
    })
}
