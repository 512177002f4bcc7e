//! [`GraphiteConfig`]: a sink of Graphite.

use metrix_io::AddressError;
use metrix_io::sinks::graphite::Graphite;

use super::PREFIX;
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// A sink of Graphite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GraphiteConfig {
    /// `tcp://host:port`, `udp://host:port` or `pickle://host:port`.
    pub(crate) url: String,
    pub(crate) tags_in_names: bool,
    pub(crate) prefix: String,
}

const URL: Key = Key::new("url", "\"tcp://127.0.0.1:2003\"");
const TAGS_IN_NAMES: Key = Key::new("tags_in_names", "true");
pub(super) const KEYS: &[Key] = &[URL, TAGS_IN_NAMES, PREFIX];

impl GraphiteConfig {
    pub(super) fn read(table: &Table<'_>) -> Read<Self> {
        let url = table.required(URL, url);
        let tags_in_names = table.optional(TAGS_IN_NAMES, Value::flag);
        let prefix = table.optional(PREFIX, Value::name);
        let (tags_in_names, prefix) = (tags_in_names?.unwrap_or(false), prefix?.unwrap_or_default().to_owned());
        Ok(Self { url: url?, tags_in_names, prefix })
    }

    /// The sink.
    pub(crate) fn open(&self) -> Result<Graphite, AddressError> {
        let sink = at(&self.url)?.prefix(&self.prefix);
        Ok(if self.tags_in_names { sink.tags_in_names() } else { sink })
    }
}

fn at(url: &str) -> Result<Graphite, AddressError> {
    match url.split_once("://") {
        Some(("pickle", address)) => Graphite::pickle(address),
        Some(("tcp", address)) => Graphite::tcp(address),
        Some(("udp", address)) => Graphite::udp(address),
        // That is no address, either.
        Some(_) | None => Graphite::tcp(url),
    }
}

fn url(value: &Value<'_>) -> Read<String> {
    let url = value.text()?;
    if url.contains("://") && at(url).is_ok() {
        return Ok(url.to_owned());
    }
    Err(value.wrong(format!(
        "no Graphite server can be at `{url}`: write tcp://, udp:// or pickle://, a host and a port, as in {}",
        value.key.example
    )))
}
