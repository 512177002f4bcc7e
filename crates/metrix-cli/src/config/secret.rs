//! [`SecretPlace`]: where a token or a password is.

use std::path::PathBuf;

use metrix_io::{Secret, SecretError};

use super::key::Key;
use super::problem::Read;
use super::table::Table;
use super::value::Value;

/// Where a token or a password is: a configuration doesn't have it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SecretPlace {
    /// A variable of the environment.
    Env(String),
    File(PathBuf),
}

impl SecretPlace {
    /// Looks it up, which is done when it is needed and not when the configuration is checked.
    pub(crate) fn open(&self) -> Result<Secret, SecretError> {
        match self {
            Self::Env(name) => Secret::from_env(name),
            Self::File(path) => Secret::from_file(path),
        }
    }
}

/// The place that one of two keys names, if one is there.
pub(super) fn read(table: &Table<'_>, env: Key, file: Key) -> Read<Option<SecretPlace>> {
    table.exclusive(env, file);
    let variable = table.optional(env, variable);
    let path = table.optional(file, self::file);
    Ok(variable?.or(path?))
}

/// A user and the place of the password, of which neither is there without the other. A user has no colon, which ends it.
pub(super) fn user(table: &Table<'_>, user: Key, env: Key, file: Key) -> Read<Option<(String, SecretPlace)>> {
    let name = table.optional(user, |value| match value.name()? {
        name if name.contains(':') => {
            Err(value.wrong(format!("{}, `{name}`, has a colon in it: leave it out", value.what)))
        }
        name => Ok(name.to_owned()),
    });
    // Both are read, so that all that is wrong is told.
    let password = read(table, env, file);
    match (name?, password?) {
        (Some(name), Some(password)) => Ok(Some((name, password))),
        (None, None) => Ok(None),
        (Some(_), None) => {
            let mend = format!("add {} = {}", env.name, env.example);
            Err(table.missing(format!("a `{}` has a password: {mend}", user.name)))
        }
        (None, Some(_)) => Err(table.missing(format!("a password is a user's: add {} = {}", user.name, user.example))),
    }
}

/// The place that a path names.
pub(super) fn file(value: &Value<'_>) -> Read<SecretPlace> {
    value.word().map(|path| SecretPlace::File(PathBuf::from(path)))
}

/// The place that a name of a variable names.
pub(super) fn variable(value: &Value<'_>) -> Read<SecretPlace> {
    let name = value.word()?;
    // Who writes the secret itself here should not see it in a message.
    let is_of_name = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    if !name.bytes().all(is_of_name) || name.bytes().all(|byte| byte.is_ascii_digit()) {
        let (name, example) = (value.key.name, value.key.example);
        return Err(value.wrong(format!(
            "`{name}` has to name a variable of the environment, in capitals, which has the secret: write {name} = {example}"
        )));
    }
    Ok(SecretPlace::Env(name.to_owned()))
}
