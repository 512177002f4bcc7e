//! The keys that are declared, read, and in the schema.

use std::collections::BTreeSet;

use toml::de::{DeTable, DeValue};

use super::{complete, problems};
use crate::config::key::Key;
use crate::config::sink::SINKS;
use crate::config::source::{IDLE_TIMEOUT, MAX_CONNECTIONS, MAX_LINE, METRIC, SOURCES, TIMESTAMP_KEYS};
use crate::config::{SCHEMA, own_metrics, schema, stream};

/// A table of this name and type, and a key that it may have.
type Known = (&'static str, &'static str, Key);

/// All keys that the reader knows.
fn known() -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for kind in SOURCES.kinds {
        known.extend(SOURCES.keys(kind).into_iter().map(|key| ("source", kind.name, key)));
    }
    for kind in SINKS.kinds {
        known.extend(SINKS.keys(kind).into_iter().map(|key| ("sink", kind.name, key)));
    }
    known.extend(own_metrics::KEYS.iter().map(|&key| ("own_metrics", "", key)));
    known.extend(stream::KEYS.iter().map(|&key| ("stream", "", key)));
    known
}

#[test]
fn the_schema_has_every_key() {
    assert_eq!(problems(&schema()), [""; 0]);
    let schema = DeTable::parse(SCHEMA).unwrap();
    let mut shown = BTreeSet::new();
    for (table, list) in schema.get_ref() {
        let list = list.get_ref();
        let one = list.as_table().into_iter();
        let many = list.as_array().into_iter().flat_map(|list| list.iter());
        for entry in one.chain(many.map(|entry| entry.get_ref().as_table().unwrap())) {
            let kind = entry.get("type").and_then(|kind| kind.get_ref().as_str()).unwrap_or_default();
            shown.extend(entry.keys().map(|key| format!("{table}.{kind}.{key}")));
            // What all sinks have is shown once, and so are the bounds of what comes over TCP.
            shown.extend(entry.keys().map(|key| format!("{table}.*.{key}")));
            shown.extend(entry.iter().flat_map(|(key, value)| nested(key.get_ref(), value.get_ref())));
        }
    }
    for (table, kind, key) in known() {
        let is_of_tcp = table == "source" && [MAX_CONNECTIONS, IDLE_TIMEOUT, MAX_LINE].contains(&key);
        let is_common = SINKS.common.contains(&key) && table == "sink" || is_of_tcp;
        let name = format!("{table}.{}.{}", if is_common { "*" } else { kind }, key.name);
        assert!(shown.contains(&name), "the schema lacks {name}");
    }
    for key in TIMESTAMP_KEYS {
        assert!(shown.contains(&format!("timestamp.{}", key.name)), "the schema lacks {key:?}");
    }
    for key in METRIC {
        assert!(shown.contains(&format!("metrics.{}", key.name)), "the schema lacks {key:?}");
    }
}

/// The keys of the tables at a key.
fn nested(key: &str, value: &DeValue<'_>) -> Vec<String> {
    match value {
        DeValue::Table(table) => table.keys().map(|inner| format!("{key}.{inner}")).collect(),
        DeValue::Array(list) => list.iter().flat_map(|entry| nested(key, entry.get_ref())).collect(),
        _ => Vec::new(),
    }
}

/// The line above a table's keys: of own metrics there is one table, and of the others a list.
fn head(table: &str) -> String {
    if table == own_metrics::OWN_METRICS { format!("[{table}]") } else { format!("[[{table}]]") }
}

#[test]
fn every_key_is_read() {
    for (table, kind, key) in known().into_iter().filter(|(_, _, key)| key.name != "type") {
        let name = key.name;
        let kind = if kind.is_empty() { String::new() } else { format!("type = \"{kind}\"\n") };
        // No key takes a date.
        let text = complete(&format!("{}\n{kind}{name} = 2015-05-17\n", head(table)));
        let said = problems(&text);
        let expected = format!("`{name}` is a date, and has to be ");
        assert!(said.iter().any(|said| said.contains(&expected)), "{text}{said:?}");
    }
}

#[test]
fn every_example_is_right() {
    for (table, kind, key) in known().into_iter().filter(|(_, _, key)| key.name != "type") {
        let (name, example) = (key.name, key.example);
        let kind = if kind.is_empty() { String::new() } else { format!("type = \"{kind}\"\n") };
        let text = complete(&format!("{}\n{kind}{name} = {example}\n", head(table)));
        let column = format!(":{}: ", name.len() + 4);
        // Other keys are missing, but the value is right.
        let wrong: Vec<_> = problems(&text).into_iter().filter(|said| said.contains(&column)).collect();
        assert_eq!(wrong, [""; 0], "{text}");
    }
}
