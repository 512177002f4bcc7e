//! [`TcpBounds`]: what clients over TCP may take.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// What those may take that send lines over TCP. What is not set is as the library has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TcpBounds {
    pub(crate) connections: Option<NonZeroUsize>,
    pub(crate) idle: Option<Duration>,
    /// The bytes of a line.
    pub(crate) line: Option<NonZeroUsize>,
}

pub(in crate::config) const MAX_CONNECTIONS: Key = Key::new("max_connections", "512");
pub(in crate::config) const IDLE_TIMEOUT: Key = Key::new("idle_timeout", "\"10m\"");
pub(in crate::config) const MAX_LINE: Key = Key::new("max_line", "65536");

pub(super) fn read(table: &Table<'_>) -> Read<TcpBounds> {
    let connections = table.optional(MAX_CONNECTIONS, Value::size);
    let idle = table.optional(IDLE_TIMEOUT, Value::period);
    let line = table.optional(MAX_LINE, Value::size);
    Ok(TcpBounds { connections: connections?, idle: idle?, line: line? })
}

/// Reports them where nobody connects.
pub(super) fn refuse(table: &Table<'_>) {
    for key in [MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE] {
        if table.get(key).is_some() {
            let message = format!("`{}` is of connections: leave it out, or listen on tcp://", key.name);
            table.wrong_key(key.name, message);
        }
    }
}
