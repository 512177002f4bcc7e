//! [`default_path`]: where the store lies unless one says otherwise.

use std::fmt;
use std::path::PathBuf;

use etcetera::{BaseStrategy, choose_base_strategy};

/// `metrix/metrix.db` in the user's data directory: `$XDG_DATA_HOME`, or `~/.local/share`.
pub(crate) fn default_path() -> Result<PathBuf, NoDataDirectory> {
    let strategy = choose_base_strategy().map_err(|_| NoDataDirectory)?;
    Ok(strategy.data_dir().join("metrix").join("metrix.db"))
}

/// Nobody knows where the user's home is.
#[derive(Debug)]
pub(crate) struct NoDataDirectory;

impl fmt::Display for NoDataDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no home directory to keep the store in: name a file with --store, or set HOME")
    }
}
