//! [`PrometheusConfig`]: the keys of a `prometheus` sink.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use metrix_io::sinks::prometheus::Prometheus;

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// A `prometheus` sink. What is not set is as the library has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrometheusConfig {
    pub(crate) listen: SocketAddr,
    pub(crate) path: String,
    pub(crate) counters: Option<Vec<String>>,
    pub(crate) max_series: Option<NonZeroUsize>,
    pub(crate) expiry: Option<Duration>,
    pub(crate) counter_expiry: Option<Duration>,
    pub(crate) max_connections: Option<NonZeroUsize>,
    pub(crate) idle_timeout: Option<Duration>,
}

/// Where it listens unless told otherwise.
pub(super) const USUAL: &str = "http://127.0.0.1:9464/metrics";

pub(super) const LISTEN: Key = Key::new("listen", "\"http://127.0.0.1:9464/metrics\"");
const COUNTERS: Key = Key::new("counters", "[\"*.count\"]");
const MAX_SERIES: Key = Key::new("max_series", "100000");
const EXPIRY: Key = Key::new("expiry", "\"5m\"");
const COUNTER_EXPIRY: Key = Key::new("counter_expiry", "\"1d\"");

const MAX_CONNECTIONS: Key = Key::new("max_connections", "32");
const IDLE_TIMEOUT: Key = Key::new("idle_timeout", "\"75s\"");

pub(super) const KEYS: &[Key] = &[LISTEN, COUNTERS, MAX_SERIES, EXPIRY, COUNTER_EXPIRY, MAX_CONNECTIONS, IDLE_TIMEOUT];

const PATH: &str = "/metrics";

pub(super) fn read(table: &Table<'_>) -> Read<PrometheusConfig> {
    let listen = table.optional(LISTEN, listen);
    let counters = table.optional(COUNTERS, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let max_series = table.optional(MAX_SERIES, Value::size);
    let expiry = table.optional(EXPIRY, Value::period);
    let counter_expiry = table.optional(COUNTER_EXPIRY, Value::period);
    let max_connections = table.optional(MAX_CONNECTIONS, Value::size);
    let idle_timeout = table.optional(IDLE_TIMEOUT, Value::period);
    let (listen, path) = listen?.unwrap_or_else(|| (Prometheus::ADDRESS, PATH.to_owned()));
    Ok(PrometheusConfig {
        listen,
        path,
        counters: counters?,
        max_series: max_series?,
        expiry: expiry?,
        counter_expiry: counter_expiry?,
        max_connections: max_connections?,
        idle_timeout: idle_timeout?,
    })
}

fn listen(value: &Value<'_>) -> Read<(SocketAddr, String)> {
    let text = value.text()?;
    let parts = text.strip_prefix("http://").and_then(|rest| {
        let (address, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_path = path.chars().all(|char| char.is_ascii_graphic() && !"?#".contains(char));
        let path = if matches!(path, "" | "/") { PATH } else { path };
        is_path.then_some(())?;
        Some((address.parse().ok()?, path.to_owned()))
    });
    parts.ok_or_else(|| {
        value.wrong(format!(
            "`listen`, `{text}`, is nowhere to listen: write http://, an IP address, a port and maybe a path, as in {}, or \
             http://0.0.0.0 and a port for all of this machine's",
            value.key.example
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_address_is_what_it_is_called() {
        assert_eq!(format!("http://{}{PATH}", Prometheus::ADDRESS), USUAL);
    }
}
