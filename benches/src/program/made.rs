//! [`made`]: the program, built.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How the program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// As it is released.
    Release,
    /// Quickly, and slow.
    Dev,
}

impl Profile {
    /// As cargo calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Dev => "dev",
        }
    }
}

/// Builds the program.
///
/// # Errors
/// If it can't be built.
pub fn made(profile: Profile) -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--profile", profile.name(), "--package", "metrix-cli", "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()?;
    let messages = String::from_utf8(built.stdout)?;
    let program = messages.lines().rev().find_map(|message| message.split_once(r#""executable":""#));
    let path = program.and_then(|(_, rest)| rest.split_once('"')).ok_or("the program can't be built")?.0;
    Ok(path.into())
}
