//! [`Payload`]: what stands in messages.

use metrix_io::sources::{Json, Lines};

use super::{METRICS, PATTERN, TIMESTAMP, fields};
use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;

/// The lines in messages: `format`, and the keys that go with it.
#[derive(Debug)]
pub(crate) enum Payload {
    Jsonl,
    Statsd,
    Graphite,
    Lines(Box<Lines>),
    Json(Box<Json>),
}

pub(super) const FORMAT: Key = Key::new("format", "\"jsonl\"");

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Jsonl,
    Statsd,
    Graphite,
    Lines,
    Json,
}

pub(super) fn read(table: &Table<'_>) -> Read<Payload> {
    let format = table.optional(FORMAT, |value| {
        value.one_of(&[
            ("jsonl", Format::Jsonl),
            ("statsd", Format::Statsd),
            ("graphite", Format::Graphite),
            ("lines", Format::Lines),
            ("json", Format::Json),
        ])
    });
    let format = format?.unwrap_or(Format::Jsonl);
    let allowed: &[Key] = match format {
        Format::Lines => &[PATTERN, TIMESTAMP, METRICS],
        Format::Json => &[TIMESTAMP, METRICS],
        Format::Jsonl | Format::Statsd | Format::Graphite => &[],
    };
    table.optional(PATTERN, |value| value.text().map(drop))?;
    table.optional(TIMESTAMP, |value| value.table("a timestamp", fields::TIMESTAMP).map(drop))?;
    table.optional(METRICS, |value| value.entries().map(drop).ok_or_else(|| value.is_no("a list of tables")))?;
    for key in [PATTERN, TIMESTAMP, METRICS] {
        if table.get(key).is_some() && allowed.iter().all(|allowed| allowed.name != key.name) {
            let message = format!("the `format` has no `{}`: leave it out, or write format = \"lines\"", key.name);
            return Err(table.wrong_key(key.name, message));
        }
    }
    Ok(match format {
        Format::Jsonl => Payload::Jsonl,
        Format::Statsd => Payload::Statsd,
        Format::Graphite => Payload::Graphite,
        Format::Lines => {
            let pattern = table.required(PATTERN, fields::pattern)?;
            Payload::Lines(Box::new(fields::read(table, |fields| Lines::new(pattern, fields))?))
        }
        Format::Json => Payload::Json(Box::new(fields::read(table, Json::new)?)),
    })
}
