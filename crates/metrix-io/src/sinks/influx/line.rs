//! [`Rules::encode`]: an element as a line.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::Write;

use metrix::{MElement, Tags};

use super::text::{OF_COLUMN, OF_MEASUREMENT, clean, column, escape, measurement};
use crate::Glob;
use crate::influx_precision::Precision;

/// So many bytes may a measurement, its tags and the name of the field have together, escapes included: InfluxDB joins them by four
/// bytes more, and takes no key of more than 65535.
const MAX_KEY: usize = 65_535 - 4;

/// What is made of elements, and what is refused.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// With clean names and values.
    pub(super) default_tags: Tags,
    pub(super) naming: Naming,
    pub(super) precision: Precision,
    /// Which elements are integers.
    pub(super) integers: Vec<Glob>,
}

/// What the measurement and the field are called.
#[derive(Clone, Debug)]
pub(super) enum Naming {
    /// The measurement as the element, and the field always so, which is clean.
    Field(String),
    /// The measurement as the stream, and the field as the aggregate.
    Split,
}

impl Rules {
    /// Adds the line of an element with its line break, and gives how many tags gave way to others whose names are the same
    /// when they are clean. It adds nothing if InfluxDB would not take it.
    pub(super) fn encode(&self, element: &MElement, lines: &mut Vec<u8>) -> Result<usize, Refusal> {
        if !element.value.is_finite() {
            return Err(Refusal::Value(element.value));
        }
        let is_integer = self.integers.iter().any(|names| names.matches(&element.name));
        if is_integer && !is_whole(element.value) {
            return Err(Refusal::NotWhole(element.value));
        }
        let nanos = element.at.as_nanos();
        if !(i64::MIN + 2..i64::MAX).contains(&nanos) {
            return Err(Refusal::Time(element.at.to_string()));
        }
        let (name, field) = match &self.naming {
            Naming::Field(field) => (&*element.name, Cow::Borrowed(&**field)),
            Naming::Split => {
                let (name, field) = split(&element.name);
                (name, column(field))
            }
        };
        let start = lines.len();
        escape(&measurement(name), OF_MEASUREMENT, lines);
        let merged = self.encode_tags(&element.tags, lines);
        lines.push(b' ');
        escape(&field, OF_COLUMN, lines);
        // But for the space.
        let key = lines.len() - start - 1;
        if key > MAX_KEY {
            lines.truncate(start);
            return Err(Refusal::TooLong(key));
        }
        lines.push(b'=');
        let at = self.precision.of(nanos);
        let written = match element.value {
            value if is_integer => writeln!(lines, "{}i {at}", value as i64),
            // As it is read, and not as a row of zeros.
            value if value.fract() == 0.0 && value.abs() < 1e15 => writeln!(lines, "{value} {at}"),
            value => writeln!(lines, "{value:?} {at}"),
        };
        written.expect("a Vec takes all that is written to it");
        Ok(merged)
    }

    fn encode_tags(&self, tags: &Tags, lines: &mut Vec<u8>) -> usize {
        let given = tags.iter().filter(|(_, value)| !value.is_empty());
        let mut all: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            given.map(|(name, value)| (column(name), clean(value))).collect();
        let before = all.len();
        // Of equal names the last one stays, as in `Tags`. Servers want them in order, by their bytes.
        all.reverse();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all.dedup_by(|later, kept| later.0 == kept.0);
        let merged = before - all.len();
        for (name, value) in self.default_tags.iter() {
            if let Err(place) = all.binary_search_by(|tag| (*tag.0).cmp(name)) {
                all.insert(place, (Cow::Borrowed(name), Cow::Borrowed(value)));
            }
        }
        for (name, value) in all {
            lines.push(b',');
            escape(&name, OF_COLUMN, lines);
            lines.push(b'=');
            escape(&value, OF_COLUMN, lines);
        }
        merged
    }
}

/// The stream and the aggregate: the latter is what comes after the last dot, but for one in a percentile, such as `p99.9`.
fn split(name: &str) -> (&str, &str) {
    let Some((stream, aggregate)) = name.rsplit_once('.') else { return (name, "value") };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number(aggregate) {
        if let Some((before, percentile)) = stream.rsplit_once('.') {
            if percentile.strip_prefix('p').is_some_and(is_number) {
                return (before, &name[before.len() + 1..]);
            }
        }
    }
    (stream, aggregate)
}

/// Whether it is an integer of 64 bits.
fn is_whole(value: f64) -> bool {
    value.fract() == 0.0 && value >= i64::MIN as f64 && value < -(i64::MIN as f64)
}

/// Why an element can't be sent to InfluxDB.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// The value, which isn't finite.
    Value(f64),
    /// The value, which isn't the integer that it is to be.
    NotWhole(f64),
    Time(String),
    /// The bytes that measurement, tags and field have.
    TooLong(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "its value is {value}; influxdb takes finite ones only"),
            Self::NotWhole(value) => {
                write!(f, "its value is {value:?}, which is no integer of 64 bits; take its name out of the integers")
            }
            Self::Time(at) => {
                write!(f, "its time is {at}; influxdb takes those from 1677-09-21 to 2262-04-11, but for the very ends")
            }
            Self::TooLong(bytes) => {
                write!(f, "its name, tags and field have {bytes} bytes, more than {MAX_KEY}; shorten them")
            }
        }
    }
}

impl Error for Refusal {}

#[cfg(test)]
mod tests;
