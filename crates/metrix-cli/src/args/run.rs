//! [`RunArgs`]: what `metrix run` takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// What comes in, what becomes of it, and where it goes: a TOML file, or `-` for the standard input. `metrix schema` prints
    /// one with every key.
    pub(crate) config: Option<PathBuf>,
    /// The SQLite file that keeps the elements, in the place of that of the `sqlite` sink; unless either is set, one in the
    /// user's data directory.
    #[arg(long, value_name = "PATH")]
    pub(crate) store: Option<PathBuf>,
    /// How long the `sqlite` sinks keep elements, as in `12h` or `30d`, in the place of their `retention`; unless either is set,
    /// for ever with a configuration and 30 days without one.
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) retention: Option<Duration>,
    /// Stops at the first line of input that is wrong, with exit code 2.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Prints plain lines, also in a terminal.
    #[arg(long)]
    pub(crate) plain: bool,
    /// Says only what is wrong.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}
