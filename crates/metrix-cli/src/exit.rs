//! [`Exit`]: how the program ends.

use std::process::ExitCode;

/// How the program ends, as its exit code tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok,
    /// Something couldn't be opened, read or written.
    Failed,
    /// What was asked for is wrong.
    Wrong,
    /// A signal of this number came first.
    Interrupted(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failed => 1,
            Exit::Wrong => 2,
            Exit::Interrupted(signal) => 128_u8.saturating_add(signal),
        })
    }
}
