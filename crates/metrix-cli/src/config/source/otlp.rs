//! [`OtlpSource`]: the keys of an `otlp` source.

use std::net::SocketAddr;
use std::num::NonZeroUsize;

use metrix_io::sources::otlp::{Histograms, OtlpServer};

use super::TYPE;
use super::http::{self, HttpBounds, IDLE_TIMEOUT, MAX_BODY, MAX_CONNECTIONS, PATIENCE};
use crate::config::first::One;
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::secret::{self, SecretPlace};
use crate::config::table::Table;
use crate::config::value::Value;

/// An `otlp` source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtlpSource {
    pub(crate) is_grpc: bool,
    pub(crate) listen: SocketAddr,
    /// Names of attributes and patterns of them, unless those that tell who sends it.
    pub(crate) resource_attributes: Option<Vec<String>>,
    pub(crate) unit_tag: Option<String>,
    pub(crate) histograms: Histograms,
    pub(crate) max_counters: Option<NonZeroUsize>,
    pub(crate) bounds: HttpBounds,
    pub(crate) token: Option<SecretPlace>,
}

/// Where it listens unless told otherwise.
const USUAL_HTTP: &str = "http://127.0.0.1:4318";
const USUAL_GRPC: &str = "http://127.0.0.1:4317";

const PROTOCOL: Key = Key::new("protocol", "\"http\"");
const LISTEN: Key = Key::new("listen", "\"http://127.0.0.1:4318\"");
const RESOURCE_ATTRIBUTES: Key = Key::new("resource_attributes", "[\"service.name\", \"host.*\"]");
const UNIT_TAG: Key = Key::new("unit_tag", "\"unit\"");
const HISTOGRAMS: Key = Key::new("histograms", "\"values\"");
const MAX_COUNTERS: Key = Key::new("max_counters", "200000");
const TOKEN_ENV: Key = Key::new("token_env", "\"METRIX_TOKEN\"");
const TOKEN_FILE: Key = Key::new("token_file", "\"/etc/metrix/token\"");

pub(super) const KEYS: &[Key] = &[
    PROTOCOL,
    LISTEN,
    RESOURCE_ATTRIBUTES,
    UNIT_TAG,
    HISTOGRAMS,
    MAX_COUNTERS,
    MAX_CONNECTIONS,
    IDLE_TIMEOUT,
    MAX_BODY,
    PATIENCE,
    TOKEN_ENV,
    TOKEN_FILE,
];

pub(super) fn read(table: &Table<'_>) -> Read<OtlpSource> {
    let is_grpc = table.optional(PROTOCOL, |value| value.one_of(&[("http", false), ("grpc", true)]));
    let listen = table.optional(LISTEN, http::read);
    let resource_attributes =
        table.optional(RESOURCE_ATTRIBUTES, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let unit_tag = table.optional(UNIT_TAG, |value| value.name().map(str::to_owned));
    let histograms = table.optional(HISTOGRAMS, |value| {
        value.one_of(&[("values", Histograms::Values), ("buckets", Histograms::Buckets)])
    });
    let max_counters = table.optional(MAX_COUNTERS, Value::size);
    let bounds = http::bounds(table);
    let token = secret::read(table, TOKEN_ENV, TOKEN_FILE);
    let is_grpc = is_grpc?.unwrap_or(false);
    let usual = if is_grpc { OtlpServer::GRPC_ADDRESS } else { OtlpServer::HTTP_ADDRESS };
    Ok(OtlpSource {
        is_grpc,
        listen: listen?.unwrap_or(usual),
        resource_attributes: resource_attributes?,
        unit_tag: unit_tag?,
        histograms: histograms?.unwrap_or_default(),
        max_counters: max_counters?,
        bounds: bounds?,
        token: token?,
    })
}

/// Where it listens, if it is one and is not told where.
pub(super) fn usual<'a>(table: &Table<'a>) -> Option<One<'a>> {
    let is_grpc = table.one_of(PROTOCOL, &["grpc"], USUAL_GRPC).is_some();
    table.one_of(TYPE, &["otlp"], if is_grpc { USUAL_GRPC } else { USUAL_HTTP })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_addresses_are_what_they_are_called() {
        let found = [OtlpServer::HTTP_ADDRESS, OtlpServer::GRPC_ADDRESS].map(|address| format!("http://{address}"));
        assert_eq!(found, [USUAL_HTTP, USUAL_GRPC]);
    }
}
