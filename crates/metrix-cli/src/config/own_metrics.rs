//! [`read`]: how often the program measures itself.

use std::time::Duration;

use super::key::Key;
use super::problem::Read;
use super::table::Table;
use super::value::Value;

/// What the table is called, and what sinks call the elements that come of it, as if they were of a stream.
pub(crate) const OWN_METRICS: &str = "own_metrics";

pub(super) const TABLE: Key = Key::new(OWN_METRICS, "{ every = \"10s\" }");

const EVERY: Key = Key::new("every", "\"10s\"");

/// The keys of the table.
pub(super) const KEYS: &[Key] = &[EVERY];

/// How often, if it does at all.
pub(super) fn read(root: &Table<'_>) -> Read<Option<Duration>> {
    root.optional(TABLE, |value| {
        let Some(entries) = value.raw().as_table() else { return Err(value.is_no("a table")) };
        let table = Table::new(entries, value.at(), "`own_metrics`", value.problems);
        table.has_only(KEYS);
        Ok(table.optional(EVERY, Value::period)?.unwrap_or(Duration::from_secs(10)))
    })
}
