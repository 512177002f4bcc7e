//! [`Naming`]: the keys that sinks of lines have in common.

use metrix::Tags;

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::Value;

/// What a sink of lines puts before names and beside tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Naming {
    pub(crate) prefix: String,
    /// For elements that lack them.
    pub(crate) default_tags: Tags,
}

pub(super) const PREFIX: Key = Key::new("prefix", "\"shop.\"");
pub(super) const DEFAULT_TAGS: Key = Key::new("default_tags", "{ host = \"web 1\" }");

impl Naming {
    pub(super) fn read(table: &Table<'_>) -> Read<Self> {
        let prefix = table.optional(PREFIX, Value::name);
        let default_tags = default_tags(table);
        Ok(Self { prefix: prefix?.unwrap_or_default().to_owned(), default_tags: default_tags? })
    }
}

/// None unless set.
pub(super) fn default_tags(table: &Table<'_>) -> Read<Tags> {
    Ok(table.optional(DEFAULT_TAGS, Value::tags)?.unwrap_or(Tags::NONE))
}

/// The URL of a server of lines, which is right if a sink can be made of it. `protocol` is what errors call it, and `forms` what it has to be.
pub(super) fn url(value: &Value<'_>, protocol: &str, is_right: impl Fn(&str) -> bool, forms: &str) -> Read<String> {
    match value.text()? {
        url if url.contains("://") && is_right(url) => Ok(url.to_owned()),
        url => {
            Err(value
                .wrong(format!("no {protocol} server can be at `{url}`: write {forms}, as in {}", value.key.example)))
        }
    }
}
