//! [`InfluxSource`]: the keys of an `influx` source.

use std::net::SocketAddr;

use metrix_io::sources::influx::InfluxServer;

use super::http::{self, HttpBounds, IDLE_TIMEOUT, MAX_BODY, MAX_CONNECTIONS, PATIENCE};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::secret::{self, SecretPlace};
use crate::config::table::Table;

/// An `influx` source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InfluxSource {
    pub(crate) listen: SocketAddr,
    /// `value` unless set.
    pub(crate) field: Option<String>,
    pub(crate) token: Option<SecretPlace>,
    pub(crate) bounds: HttpBounds,
}

/// Where it listens unless told otherwise.
pub(super) const USUAL: &str = "http://127.0.0.1:8086";

const LISTEN: Key = Key::new("listen", "\"http://127.0.0.1:8086\"");
const FIELD: Key = Key::new("field", "\"value\"");
const TOKEN_ENV: Key = Key::new("token_env", "\"INFLUX_TOKEN\"");
const TOKEN_FILE: Key = Key::new("token_file", "\"/etc/metrix/influx\"");

pub(super) const KEYS: &[Key] =
    &[LISTEN, FIELD, TOKEN_ENV, TOKEN_FILE, MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_BODY, PATIENCE];

pub(super) fn read(table: &Table<'_>) -> Read<InfluxSource> {
    let listen = table.optional(LISTEN, http::read);
    let field = table.optional(FIELD, |value| value.name().map(str::to_owned));
    let token = secret::read(table, TOKEN_ENV, TOKEN_FILE);
    let bounds = http::bounds(table);
    Ok(InfluxSource { listen: listen?.unwrap_or(InfluxServer::ADDRESS), field: field?, token: token?, bounds: bounds? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_address_is_what_it_is_called() {
        assert_eq!(format!("http://{}", InfluxServer::ADDRESS), USUAL);
    }
}
