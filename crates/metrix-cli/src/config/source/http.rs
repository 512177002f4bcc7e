//! Where requests come to, and [`HttpBounds`]: what those may take that send them.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// What those may take that send requests. What is not set is as the library has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HttpBounds {
    pub(crate) connections: Option<NonZeroUsize>,
    pub(crate) idle: Option<Duration>,
    /// The bytes of a body, also unpacked.
    pub(crate) body: Option<NonZeroUsize>,
    /// How long clients wait for room until they are told to come again.
    pub(crate) patience: Option<Duration>,
}

pub(super) const MAX_CONNECTIONS: Key = Key::new("max_connections", "256");
pub(super) const IDLE_TIMEOUT: Key = Key::new("idle_timeout", "\"75s\"");
pub(super) const MAX_BODY: Key = Key::new("max_body", "16777216");
pub(super) const PATIENCE: Key = Key::new("patience", "\"10s\"");

pub(super) fn bounds(table: &Table<'_>) -> Read<HttpBounds> {
    let connections = table.optional(MAX_CONNECTIONS, Value::size);
    let idle = table.optional(IDLE_TIMEOUT, Value::period);
    let body = table.optional(MAX_BODY, Value::size);
    let patience = table.optional(PATIENCE, Value::period);
    Ok(HttpBounds { connections: connections?, idle: idle?, body: body?, patience: patience? })
}

/// An address such as `http://127.0.0.1:8086`. It is one of this machine's, without a path.
pub(super) fn read(value: &Value<'_>) -> Read<SocketAddr> {
    let (text, example) = (value.text()?, value.key.example);
    let address = text.strip_prefix("http://").and_then(|address| address.trim_end_matches('/').parse().ok());
    address.ok_or_else(|| {
        let what = &value.what;
        value.wrong(format!(
            "{what}, `{text}`, is no address to listen on: write http://, an IP address and a port, as in {example}, or \
             http://0.0.0.0 and a port for all of this machine's"
        ))
    })
}
