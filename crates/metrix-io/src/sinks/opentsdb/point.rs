//! [`Point`]: an element as OpenTSDB takes it.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use metrix::{MElement, Tags};
use serde_json::Value;

use super::name::clean;

/// So many bytes may a metric's name and the tags have together. OpenTSDB reads lines of 1024 bytes and throws longer
/// ones away; this leaves room for the rest of the line.
const MAX_TEXT: usize = 960;

/// Times from here on are milliseconds to OpenTSDB, and those before are seconds.
const FIRST_MILLIS: i64 = 1 << 32;

/// What is made of elements, and what is refused.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// With clean names and values.
    pub(super) default_tags: Tags,
    pub(super) max_tags: usize,
    pub(super) unit: Unit,
}

/// The unit of the times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    Milliseconds,
}

/// An element as OpenTSDB takes it: all text is clean, and the value is finite.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point<'a> {
    metric: Cow<'a, str>,
    at: i64,
    value: f64,
    /// In the order of their names, each name once.
    tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// How many tags of the element gave way to another one whose name is the same when it is clean.
    merged: usize,
}

impl<'a> Point<'a> {
    /// The point of an element, or why OpenTSDB would not take it.
    pub(super) fn new(element: &'a MElement, rules: &'a Rules) -> Result<Self, Refusal> {
        if !element.value.is_finite() {
            return Err(Refusal::Value(element.value));
        }
        let nanos = element.at.as_nanos();
        let (at, known) = match rules.unit {
            Unit::Seconds => (nanos.div_euclid(1_000_000_000), 1..FIRST_MILLIS),
            Unit::Milliseconds => (nanos.div_euclid(1_000_000), FIRST_MILLIS..i64::MAX),
        };
        if !known.contains(&at) {
            return Err(Refusal::Time(element.at.to_string(), rules.unit));
        }
        let mut tags: Vec<_> = element.tags.iter().map(|(name, value)| (clean(name), clean(value))).collect();
        // Of equal names the last one stays, as in `Tags`.
        tags.reverse();
        tags.sort_by(|a, b| a.0.cmp(&b.0));
        tags.dedup_by(|later, kept| later.0 == kept.0);
        let merged = element.tags.len() - tags.len();
        for (name, value) in rules.default_tags.iter() {
            if let Err(place) = tags.binary_search_by(|tag| (*tag.0).cmp(name)) {
                tags.insert(place, (Cow::Borrowed(name), Cow::Borrowed(value)));
            }
        }
        if tags.is_empty() {
            return Err(Refusal::NoTags);
        }
        if tags.len() > rules.max_tags {
            return Err(Refusal::TooManyTags { tags: tags.len(), max: rules.max_tags });
        }
        let metric = clean(&element.name);
        let text = metric.len() + tags.iter().map(|(name, value)| name.len() + value.len() + 2).sum::<usize>();
        if text > MAX_TEXT {
            return Err(Refusal::TooLong(text));
        }
        Ok(Self { metric, at, value: element.value, tags, merged })
    }

    /// How many tags of the element gave way to another one.
    pub(super) fn merged(&self) -> usize {
        self.merged
    }

    /// As JSON; nothing in clean text needs to be escaped.
    pub(super) fn json(&self) -> impl fmt::Display + '_ {
        Json(self)
    }

    /// Whether a server means this point by `datapoint`, which has the fields of [`json`](Self::json). OpenTSDB gives
    /// the value back as text.
    pub(super) fn is(&self, datapoint: &Value) -> bool {
        let value = match &datapoint["value"] {
            Value::String(text) => text.parse().ok(),
            other => other.as_f64(),
        };
        let is_tag = |(name, value): &(Cow<'_, str>, Cow<'_, str>)| datapoint["tags"][&**name] == **value;
        datapoint["metric"] == *self.metric
            && datapoint["timestamp"] == self.at
            && value == Some(self.value)
            && datapoint["tags"].as_object().is_some_and(|tags| tags.len() == self.tags.len())
            && self.tags.iter().all(is_tag)
    }
}

/// As a line: `put <metric> <time> <value> <name>=<value> ...`.
impl fmt::Display for Point<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "put {} {} {}", self.metric, self.at, Number(self.value))?;
        self.tags.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))?;
        f.write_str("\n")
    }
}

struct Json<'a>(&'a Point<'a>);

impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { metric, at, value, tags, .. } = self.0;
        write!(f, r#"{{"metric":"{metric}","timestamp":{at},"value":{},"tags":{{"#, Number(*value))?;
        for (place, (name, value)) in tags.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, r#"{comma}"{name}":"{value}""#)?;
        }
        f.write_str("}}")
    }
}

/// A value in the fewest digits that are read as the same number.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // OpenTSDB reads what has neither a point nor an exponent as an integer of 64 bits.
        if self.0.fract() == 0.0 && self.0.abs() < -(i64::MIN as f64) {
            write!(f, "{}", self.0 as i64)
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// Why an element can't be sent to OpenTSDB.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// The value, which isn't finite.
    Value(f64),
    /// The time, which lies outside those of the unit.
    Time(String, Unit),
    NoTags,
    TooManyTags {
        tags: usize,
        max: usize,
    },
    /// The bytes that name and tags have.
    TooLong(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "its value is {value}; opentsdb takes finite ones only"),
            Self::Time(at, Unit::Seconds) => {
                write!(f, "its time is {at}; opentsdb takes seconds from 1970-01-01T00:00:01Z to 2106-02-07T06:28:15Z")
            }
            Self::Time(at, Unit::Milliseconds) => {
                write!(f, "its time is {at}; opentsdb takes milliseconds from 1970-02-19T17:02:47.296Z on")
            }
            Self::NoTags => f.write_str("it has no tags, and opentsdb wants one; set a default tag, such as `host`"),
            Self::TooManyTags { tags, max } => {
                write!(f, "it has {tags} tags, more than {max}; send fewer, or raise `max_tags` here and at the server")
            }
            Self::TooLong(bytes) => {
                write!(f, "its name and tags have {bytes} bytes, more than {MAX_TEXT}; shorten them")
            }
        }
    }
}

impl Error for Refusal {}

#[cfg(test)]
mod tests;
