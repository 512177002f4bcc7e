//! [`ScrapeConfig`]: the keys of a `prometheus` source.

use std::num::NonZeroUsize;
use std::time::Duration;

use metrix::Tags;
use metrix_io::sources::prometheus::Scraper;

use crate::config::access::{self, Access};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// A `prometheus` source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScrapeConfig {
    pub(crate) url: String,
    pub(crate) every: Duration,
    pub(crate) timeout: Option<Duration>,
    pub(crate) tags: Tags,
    pub(crate) honor_labels: bool,
    pub(crate) counters: Vec<String>,
    /// The bytes of a scrape, also unpacked.
    pub(crate) max_body: Option<NonZeroUsize>,
    pub(crate) access: Access,
}

const URL: Key = Key::new("url", "\"http://127.0.0.1:9100/metrics\"");
const EVERY: Key = Key::new("every", "\"15s\"");
const TIMEOUT: Key = Key::new("timeout", "\"10s\"");
const TAGS: Key = Key::new("tags", "{ job = \"node\" }");
const HONOR_LABELS: Key = Key::new("honor_labels", "true");
const COUNTERS: Key = Key::new("counters", "[\"*_count\"]");
const MAX_BODY: Key = Key::new("max_body", "16777216");

pub(super) const KEYS: &[Key] = &access::keys::<7, 13>([URL, EVERY, TIMEOUT, TAGS, HONOR_LABELS, COUNTERS, MAX_BODY]);

pub(super) fn read(table: &Table<'_>) -> Read<ScrapeConfig> {
    let url = table.required(URL, |value| value.url(|url| Scraper::new(url).is_ok()));
    let every = table.optional(EVERY, Value::period);
    let timeout = table.optional(TIMEOUT, Value::period);
    let tags = table.optional(TAGS, Value::tags);
    let honor_labels = table.optional(HONOR_LABELS, Value::flag);
    let counters = table.optional(COUNTERS, |value| Ok(value.texts()?.into_iter().map(str::to_owned).collect()));
    let max_body = table.optional(MAX_BODY, Value::size);
    let access = access::read(table);
    Ok(ScrapeConfig {
        url: url?,
        every: every?.unwrap_or(Duration::from_secs(15)),
        timeout: timeout?,
        tags: tags?.unwrap_or(Tags::NONE),
        honor_labels: honor_labels?.unwrap_or(false),
        counters: counters?.unwrap_or_default(),
        max_body: max_body?,
        access: access?,
    })
}
