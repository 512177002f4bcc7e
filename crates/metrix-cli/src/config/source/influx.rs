//! [`InfluxSource`]: the keys of an `influx` source.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use metrix_io::sources::influx::InfluxServer;

use super::http;
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::secret::{self, SecretPlace};
use crate::config::table::Table;
use crate::config::value::Value;

/// An `influx` source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InfluxSource {
    pub(crate) listen: SocketAddr,
    /// `value` unless set.
    pub(crate) field: Option<String>,
    pub(crate) token: Option<SecretPlace>,
    pub(crate) max_connections: Option<NonZeroUsize>,
    pub(crate) idle_timeout: Option<Duration>,
    /// The bytes of a body, also unpacked.
    pub(crate) max_body: Option<NonZeroUsize>,
    /// How long clients wait for room until they are told to come again.
    pub(crate) patience: Option<Duration>,
}

/// Where it listens unless told otherwise.
pub(super) const USUAL: &str = "http://127.0.0.1:8086";

const LISTEN: Key = Key::new("listen", "\"http://127.0.0.1:8086\"");
const FIELD: Key = Key::new("field", "\"value\"");
const TOKEN_ENV: Key = Key::new("token_env", "\"INFLUX_TOKEN\"");
const TOKEN_FILE: Key = Key::new("token_file", "\"/etc/metrix/influx\"");

const MAX_CONNECTIONS: Key = Key::new("max_connections", "256");
const IDLE_TIMEOUT: Key = Key::new("idle_timeout", "\"75s\"");
const MAX_BODY: Key = Key::new("max_body", "16777216");
const PATIENCE: Key = Key::new("patience", "\"10s\"");

pub(super) const KEYS: &[Key] =
    &[LISTEN, FIELD, TOKEN_ENV, TOKEN_FILE, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_BODY, PATIENCE];

pub(super) fn read(table: &Table<'_>) -> Read<InfluxSource> {
    let listen = table.optional(LISTEN, http::read);
    let field = table.optional(FIELD, |value| value.name().map(str::to_owned));
    let token = secret::read(table, TOKEN_ENV, TOKEN_FILE);
    let max_connections = table.optional(MAX_CONNECTIONS, Value::size);
    let idle_timeout = table.optional(IDLE_TIMEOUT, Value::period);
    let max_body = table.optional(MAX_BODY, Value::size);
    let patience = table.optional(PATIENCE, Value::period);
    Ok(InfluxSource {
        listen: listen?.unwrap_or(InfluxServer::ADDRESS),
        field: field?,
        token: token?,
        max_connections: max_connections?,
        idle_timeout: idle_timeout?,
        max_body: max_body?,
        patience: patience?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_address_is_what_it_is_called() {
        assert_eq!(format!("http://{}", InfluxServer::ADDRESS), USUAL);
    }
}
