//! [`RemoteWriteConfig`]: the keys of a `remote_write` sink.

use std::num::NonZeroUsize;

use metrix::Tags;
use metrix_io::sinks::remote_write::RemoteWrite;

use super::WRITE_TIMEOUT;
use crate::config::access::{self, Access};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::{Value, all};

/// A `remote_write` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RemoteWriteConfig {
    pub(crate) url: String,
    pub(crate) default_tags: Tags,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) samples_per_request: Option<NonZeroUsize>,
    pub(crate) access: Access,
}

const URL: Key = Key::new("url", "\"http://127.0.0.1:9090/api/v1/write\"");
const DEFAULT_TAGS: Key = Key::new("default_tags", "{ job = \"metrix\" }");
const HEADERS: Key = Key::new("headers", "{ X-Scope-OrgID = \"tenant\" }");
const SAMPLES: Key = Key::new("samples_per_request", "2000");

pub(super) const KEYS: &[Key] = &access::keys::<5, 11>([URL, DEFAULT_TAGS, HEADERS, SAMPLES, WRITE_TIMEOUT]);

pub(super) fn read(table: &Table<'_>) -> Read<RemoteWriteConfig> {
    let url = table.required(URL, |value| value.url(|url| RemoteWrite::new(url).is_ok()));
    let default_tags = table.optional(DEFAULT_TAGS, Value::tags);
    let headers = table.optional(HEADERS, headers);
    let samples_per_request = table.optional(SAMPLES, Value::size);
    let access = access::read(table);
    Ok(RemoteWriteConfig {
        url: url?,
        default_tags: default_tags?.unwrap_or(Tags::NONE),
        headers: headers?.unwrap_or_default(),
        samples_per_request: samples_per_request?,
        access: access?,
    })
}

fn headers(value: &Value<'_>) -> Read<Vec<(String, String)>> {
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a table of strings")) };
    let any = || RemoteWrite::new("http://a").ok();
    all(pairs.iter().map(|(name, value)| {
        let text = value.text()?;
        match any().map(|sink| sink.header(name, text)) {
            Some(Err(error)) => Err(value.wrong(error)),
            _ => Ok(((*name).to_owned(), text.to_owned())),
        }
    }))
}
