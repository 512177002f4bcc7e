//! [`PostgresConfig`]: the keys of a `postgres` sink.

use std::path::PathBuf;

use metrix::Tags;
use metrix_io::sinks::postgres::Postgres;

use super::WRITE_TIMEOUT;
use super::naming::{self, DEFAULT_TAGS};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::secret::{self, SecretPlace};
use crate::config::table::Table;
use crate::config::value::Value;

/// A `postgres` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PostgresConfig {
    pub(crate) url: String,
    /// `metrics` unless set.
    pub(crate) table: Option<String>,
    /// The first of the user's `search_path` unless set.
    pub(crate) schema: Option<String>,
    /// For elements that lack them.
    pub(crate) default_tags: Tags,
    pub(crate) password: Option<SecretPlace>,
    /// Those that this machine trusts unless set.
    pub(crate) ca_file: Option<PathBuf>,
}

const URL: Key = Key::new("url", "\"postgres://metrix@127.0.0.1:5432/metrics\"");
const TABLE: Key = Key::new("table", "\"metrics\"");
const SCHEMA: Key = Key::new("schema", "\"public\"");
const PASSWORD_ENV: Key = Key::new("password_env", "\"POSTGRES_PASSWORD\"");
const PASSWORD_FILE: Key = Key::new("password_file", "\"/etc/metrix/postgres\"");
const CA_FILE: Key = Key::new("ca_file", "\"/etc/metrix/ca.pem\"");

pub(super) const KEYS: &[Key] =
    &[URL, TABLE, SCHEMA, DEFAULT_TAGS, PASSWORD_ENV, PASSWORD_FILE, CA_FILE, WRITE_TIMEOUT];

pub(super) fn read(table: &Table<'_>) -> Read<PostgresConfig> {
    let url = table.required(URL, url);
    let named = table.optional(TABLE, name);
    let schema = table.optional(SCHEMA, name);
    let default_tags = naming::default_tags(table);
    let password = secret::read(table, PASSWORD_ENV, PASSWORD_FILE);
    let ca_file = table.optional(CA_FILE, |value| value.word().map(PathBuf::from));
    Ok(PostgresConfig {
        url: url?,
        table: named?,
        schema: schema?,
        default_tags: default_tags?,
        password: password?,
        ca_file: ca_file?,
    })
}

/// As a table or a schema can be called.
fn name(value: &Value<'_>) -> Read<String> {
    let name = value.name()?;
    let any = Postgres::new("postgres://h").ok();
    match any.map(|sink| sink.table(name)) {
        Some(Err(error)) => Err(value.wrong(error)),
        _ => Ok(name.to_owned()),
    }
}

fn url(value: &Value<'_>) -> Read<String> {
    let url = value.text()?;
    match Postgres::new(url) {
        Ok(_) => Ok(url.to_owned()),
        // Which shows no password.
        Err(error) => {
            let error = error.to_string();
            let keys = match error.contains("password") {
                true => {
                    let Key { name, example } = PASSWORD_ENV;
                    format!("; a password has keys of its own: add {name} = {example}, or {}", PASSWORD_FILE.name)
                }
                false => String::new(),
            };
            Err(value.wrong(format!("{error}{keys}")))
        }
    }
}
