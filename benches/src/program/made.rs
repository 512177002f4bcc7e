//! [`made`]: the program, built.

use std::error::Error;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Builds the program, as it is released.
///
/// # Errors
/// If it can't be built.
pub fn made() -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--package", "metrix-cli", "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()?;
    let messages = String::from_utf8(built.stdout)?;
    let program = messages.lines().rev().find_map(|message| message.split_once(r#""executable":""#));
    let path = program.and_then(|(_, rest)| rest.split_once('"')).ok_or("the program can't be built")?.0;
    Ok(path.into())
}
