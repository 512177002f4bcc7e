//! The keys of an `opentsdb` sink.

use metrix_io::sinks::opentsdb::OpenTsdb;

use super::naming::{self, DEFAULT_TAGS};
use super::{SinkKind, WRITE_TIMEOUT};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

const URL: Key = Key::new("url", "\"http://127.0.0.1:4242\"");
pub(super) const KEYS: &[Key] = &[URL, DEFAULT_TAGS, WRITE_TIMEOUT];

pub(super) fn read(table: &Table<'_>) -> Read<SinkKind> {
    let url = table.required(URL, url);
    let default_tags = naming::default_tags(table);
    Ok(SinkKind::Opentsdb { url: url?, default_tags: default_tags? })
}

fn url(value: &Value<'_>) -> Read<String> {
    let url = value.text()?;
    let is_right = match url.strip_prefix("telnet://") {
        Some(address) => OpenTsdb::telnet(address).is_ok(),
        None => OpenTsdb::http(url).is_ok(),
    };
    match is_right {
        true => Ok(url.to_owned()),
        // What stands before it may be a password, which is not to be shown.
        false if url.contains('?') => {
            Err(value.wrong(format!("leave the query out of `url`: OpenTSDB has none, as in {}", value.key.example)))
        }
        false if url.contains('@') => {
            Err(value.wrong(format!("OpenTSDB knows no users: write `url` without one, as in {}", value.key.example)))
        }
        false => Err(value.wrong(format!(
            "no OpenTSDB server can be at `{}`: write http://, https:// or telnet://, a host and a port, as in {}",
            url, value.key.example
        ))),
    }
}
