//! [`GraphiteConfig`]: a sink of Graphite.

use metrix_io::AddressError;
use metrix_io::sinks::graphite::Graphite;

use super::WRITE_TIMEOUT;
use super::naming::{self, DEFAULT_TAGS, Naming, PREFIX};
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
    pub(crate) naming: Naming,
}

const URL: Key = Key::new("url", "\"tcp://127.0.0.1:2003\"");
const TAGS_IN_NAMES: Key = Key::new("tags_in_names", "true");
pub(super) const KEYS: &[Key] = &[URL, TAGS_IN_NAMES, PREFIX, DEFAULT_TAGS, WRITE_TIMEOUT];

impl GraphiteConfig {
    pub(super) fn read(table: &Table<'_>) -> Read<Self> {
        let url = table.required(URL, url);
        let tags_in_names = table.optional(TAGS_IN_NAMES, Value::flag);
        let naming = Naming::read(table);
        Ok(Self { url: url?, tags_in_names: tags_in_names?.unwrap_or(false), naming: naming? })
    }

    /// The sink.
    pub(crate) fn open(&self) -> Result<Graphite, AddressError> {
        let Naming { prefix, default_tags } = &self.naming;
        let sink = at(&self.url)?.prefix(prefix).default_tags(default_tags.clone());
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
    naming::url(value, "Graphite", |url| at(url).is_ok(), "tcp://, udp:// or pickle://, a host and a port")
}
