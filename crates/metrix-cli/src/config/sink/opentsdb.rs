//! [`OpentsdbConfig`]: the keys of an `opentsdb` sink.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use metrix::Tags;
use metrix_io::sinks::opentsdb::OpenTsdb;

use super::WRITE_TIMEOUT;
use super::naming::{self, DEFAULT_TAGS};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// An `opentsdb` sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpentsdbConfig {
    /// `http://host:port`, `https://host:port`, or `telnet://host:port`.
    pub(crate) url: String,
    pub(crate) default_tags: Tags,
    /// Whether times are in milliseconds, and not in seconds.
    pub(crate) milliseconds: bool,
    /// 8 unless set.
    pub(crate) max_tags: Option<NonZeroUsize>,
    /// Of HTTP; 50 unless set.
    pub(crate) points_per_request: Option<NonZeroUsize>,
    /// Of HTTPS; those that this machine trusts unless set.
    pub(crate) ca_file: Option<PathBuf>,
}

const URL: Key = Key::new("url", "\"http://127.0.0.1:4242\"");
const MILLISECONDS: Key = Key::new("milliseconds", "true");
const MAX_TAGS: Key = Key::new("max_tags", "8");
const POINTS: Key = Key::new("points_per_request", "50");
const CA_FILE: Key = Key::new("ca_file", "\"/etc/metrix/ca.pem\"");

pub(super) const KEYS: &[Key] = &[URL, DEFAULT_TAGS, MILLISECONDS, MAX_TAGS, POINTS, CA_FILE, WRITE_TIMEOUT];

const TELNET: &str = "telnet://";

pub(super) fn read(table: &Table<'_>) -> Read<OpentsdbConfig> {
    let url = table.required(URL, url);
    let default_tags = naming::default_tags(table);
    let milliseconds = table.optional(MILLISECONDS, Value::flag);
    let (max_tags, points) = (table.optional(MAX_TAGS, Value::size), table.optional(POINTS, Value::size));
    let ca_file = table.optional(CA_FILE, |value| value.word().map(PathBuf::from));
    let begins = |with: &str| url.as_ref().is_ok_and(|url| url.starts_with(with));
    if begins(TELNET) {
        table.refuse(&[POINTS, CA_FILE], "is of HTTP alone: leave it out where `url` is telnet://");
    } else if begins("http://") {
        table.refuse(&[CA_FILE], "is of TLS: write https:// in `url`, or leave it out");
    }
    Ok(OpentsdbConfig {
        url: url?,
        default_tags: default_tags?,
        milliseconds: milliseconds?.unwrap_or(false),
        max_tags: max_tags?,
        points_per_request: points?,
        ca_file: ca_file?,
    })
}

fn url(value: &Value<'_>) -> Read<String> {
    let url = value.text()?;
    let is_right = match url.strip_prefix(TELNET) {
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
