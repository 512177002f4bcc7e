//! [`OtlpConfig`]: the keys of an `otlp` sink.

use std::num::NonZeroUsize;

use metrix::Tags;
use metrix_io::sinks::otlp::{Otlp, Protocol};

use super::WRITE_TIMEOUT;
use crate::config::access::{self, Access};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::secret::{self, SecretPlace};
use crate::config::table::Table;
use crate::config::value::{Value, all};

/// An `otlp` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtlpConfig {
    pub(crate) url: String,
    pub(crate) protocol: Protocol,
    pub(crate) gzip: bool,
    pub(crate) resource: Tags,
    pub(crate) counters: Option<Vec<String>>,
    pub(crate) sums: Option<Vec<String>>,
    pub(crate) headers: Vec<(String, String)>,
    /// Headers whose values are elsewhere.
    pub(crate) secret_headers: Vec<(String, SecretPlace)>,
    pub(crate) elements_per_request: Option<NonZeroUsize>,
    pub(crate) access: Access,
}

const URL: Key = Key::new("url", "\"http://127.0.0.1:4318\"");
const PROTOCOL: Key = Key::new("protocol", "\"http/protobuf\"");
const GZIP: Key = Key::new("gzip", "true");
const RESOURCE: Key = Key::new("resource", "{ \"service.name\" = \"shop\" }");
const COUNTERS: Key = Key::new("counters", "[\"*.count\"]");
const SUMS: Key = Key::new("sums", "[\"*.sum\"]");
const HEADERS: Key = Key::new("headers", "{ X-Scope-OrgID = \"tenant\" }");
const HEADERS_ENV: Key = Key::new("headers_env", "{ x-api-key = \"OTLP_KEY\" }");
const HEADERS_FILE: Key = Key::new("headers_file", "{ x-api-key = \"/etc/metrix/otlp\" }");
const ELEMENTS: Key = Key::new("elements_per_request", "2000");

pub(super) const KEYS: &[Key] = &access::keys::<11, 17>([
    URL,
    WRITE_TIMEOUT,
    PROTOCOL,
    GZIP,
    RESOURCE,
    COUNTERS,
    SUMS,
    HEADERS,
    HEADERS_ENV,
    HEADERS_FILE,
    ELEMENTS,
]);

pub(super) fn read(table: &Table<'_>) -> Read<OtlpConfig> {
    let protocol = table.optional(PROTOCOL, |value| {
        let protocols = [Protocol::Grpc, Protocol::HttpProtobuf, Protocol::HttpJson];
        let names = protocols.map(|protocol| protocol.to_string());
        let known: Vec<(&str, Protocol)> = names.iter().map(String::as_str).zip(protocols).collect();
        value.one_of(&known)
    });
    let spoken = protocol.as_ref().ok().copied().flatten().unwrap_or_default();
    let url = table.optional(URL, |value| url(value, spoken));
    let gzip = table.optional(GZIP, Value::flag);
    let resource = table.optional(RESOURCE, Value::tags);
    let texts = |key| table.optional(key, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let (counters, sums) = (texts(COUNTERS), texts(SUMS));
    let headers = table.optional(HEADERS, headers);
    let from_env = table.optional(HEADERS_ENV, |value| secrets(value, secret::variable));
    let from_file = table.optional(HEADERS_FILE, |value| secrets(value, secret::file));
    let elements_per_request = table.optional(ELEMENTS, Value::size);
    let access = access::read(table);
    let mut secret_headers = from_env?.unwrap_or_default();
    secret_headers.extend(from_file?.unwrap_or_default());
    Ok(OtlpConfig {
        url: url?.unwrap_or_else(|| spoken.url().to_owned()),
        protocol: protocol?.unwrap_or_default(),
        gzip: gzip?.unwrap_or(false),
        resource: resource?.unwrap_or(Tags::NONE),
        counters: counters?,
        sums: sums?,
        headers: headers?.unwrap_or_default(),
        secret_headers,
        elements_per_request: elements_per_request?,
        access: access?,
    })
}

fn url(value: &Value<'_>, protocol: Protocol) -> Read<String> {
    let has_path = |url: &str| Otlp::new(url, protocol).is_err() && Otlp::new(url, Protocol::HttpProtobuf).is_ok();
    match value.raw().as_str() {
        Some(url) if has_path(url) => {
            Err(value.wrong(format!("gRPC has no paths: leave it out of `url`, as in url = {:?}", protocol.url())))
        }
        // What stands before it may be a password, which is not to be shown.
        Some(url) if url.contains('?') => Err(value.wrong("a query has no place in `url`: leave it out")),
        _ => value.url(|url| Otlp::new(url, protocol).is_ok()),
    }
}

fn headers(value: &Value<'_>) -> Read<Vec<(String, String)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of strings")) };
    all(pairs.iter().map(|(name, value)| {
        let text = value.text()?;
        check(name, text, value)?;
        Ok(((*name).to_owned(), text.to_owned()))
    }))
}

/// Headers and the places of their values.
fn secrets(value: &Value<'_>, place: fn(&Value<'_>) -> Read<SecretPlace>) -> Read<Vec<(String, SecretPlace)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of strings")) };
    all(pairs.iter().map(|(name, value)| {
        let place = place(value)?;
        check(name, "", value)?;
        Ok(((*name).to_owned(), place))
    }))
}

/// Whether such a header can be sent.
fn check(name: &str, text: &str, value: &Value<'_>) -> Read<()> {
    match Otlp::new(Protocol::default().url(), Protocol::default()).map(|sink| sink.header(name, text)) {
        Ok(Err(error)) => Err(value.wrong(error)),
        _ => Ok(()),
    }
}
