//! [`Rules`]: what is made of elements, and what is refused.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;

use metrix::sink::Number;
use metrix::{MElement, Tags};

use super::{Dialect, Negatives, Type};
use crate::Glob;
use crate::sinks::wire::{CleanTags, clean};

/// What is made of elements, and what is refused.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) dialect: Dialect,
    /// As the dialect has it, unless set.
    pub(super) negatives: Option<Negatives>,
    pub(super) timestamps: bool,
    pub(super) prefix: String,
    pub(super) default_tags: Tags,
    pub(super) types: Vec<(Glob, Type)>,
    /// The most bytes that what becomes of an element may have.
    pub(super) packet: usize,
}

/// What begins so is a service check for DogStatsD, whatever follows; so is an event what begins with `_e{`, but no name has a brace.
const SERVICE_CHECK: &str = "_sc";

impl Rules {
    /// Appends the element's line, or its two lines, with line breaks. Tells how many tags gave way to others.
    pub(super) fn encode(&self, element: &MElement, bytes: &mut Vec<u8>) -> Result<usize, Refusal> {
        if !element.value.is_finite() {
            return Err(Refusal::Value(element.value));
        }
        let kind = self.types.iter().find(|(names, _)| names.matches(&element.name));
        let kind = kind.map_or(Type::default(), |(_, kind)| *kind);
        let has_time = self.timestamps && self.dialect == Dialect::DogStatsD && kind.has_time();
        let seconds = element.at.as_nanos().div_euclid(1_000_000_000);
        if has_time && seconds < 1 {
            return Err(Refusal::Time(element.at.to_string()));
        }
        // A sum has no minus if it is zero; a line with one would change a gauge.
        let value = element.value + 0.0;
        let begin = bytes.len();
        let tags = self.name(element, bytes);
        let name = begin..bytes.len();
        write_to(bytes, format_args!(":{}|{}", Number(value), kind.code()));
        let behind = bytes.len();
        if self.dialect == Dialect::DogStatsD {
            for (place, (tag, text)) in tags.tags.iter().enumerate() {
                write_to(bytes, format_args!("{}{tag}:{text}", if place == 0 { "|#" } else { "," }));
            }
        }
        if has_time {
            write_to(bytes, format_args!("|T{seconds}"));
        }
        bytes.push(b'\n');
        let negatives = self.negatives.unwrap_or(self.dialect.negatives());
        if value < 0.0 && kind == Type::Gauge && negatives == Negatives::AfterZero {
            let zero = [&bytes[name], b":0|g", &bytes[behind..]].concat();
            bytes.splice(begin..begin, zero);
        }
        // The last break isn't sent.
        let len = bytes.len() - begin - 1;
        if len > self.packet { Err(Refusal::TooLong { len, most: self.packet }) } else { Ok(tags.merged) }
    }

    /// Appends the name, with the tags if they have their place there.
    fn name<'a>(&'a self, element: &'a MElement, bytes: &mut Vec<u8>) -> CleanTags<'a> {
        let tags = |name: fn(&'a str) -> Cow<'a, str>, value: fn(&'a str) -> Cow<'a, str>| {
            CleanTags::of(element, &self.default_tags, name, value)
        };
        let name = match self.prefix.is_empty() {
            true => Cow::Borrowed(&*element.name),
            false => Cow::Owned(format!("{}{}", self.prefix, element.name)),
        };
        match self.dialect {
            Dialect::DogStatsD => {
                let name = clean(&name, in_name);
                if name.starts_with(SERVICE_CHECK) {
                    bytes.push(b'_');
                }
                bytes.extend_from_slice(name.as_bytes());
                tags(|name| clean(name, |char| in_tag(char) && char != ':'), |value| clean(value, in_tag))
            }
            Dialect::Graphite => {
                let in_graphite = |char| in_name(char) && char != ';';
                bytes.extend_from_slice(clean(&name, in_graphite).as_bytes());
                let tags = tags(
                    |name| clean(name, |char| graphic(char) && !matches!(char, '!' | '^' | '=')),
                    |value| clean(value, graphic),
                );
                for (tag, text) in &tags.tags {
                    write_to(bytes, format_args!(";{tag}={text}"));
                }
                tags
            }
            Dialect::Plain => {
                bytes.extend_from_slice(clean(&name, in_name).as_bytes());
                let tags = tags(|name| clean(name, in_node), |value| clean(value, in_node));
                for (tag, text) in &tags.tags {
                    write_to(bytes, format_args!(".{tag}.{text}"));
                }
                tags
            }
        }
    }
}

/// Whether a name may have it. Braces tell what else DogStatsD has.
fn in_name(char: char) -> bool {
    !char.is_control() && !char.is_whitespace() && !matches!(char, ':' | '|' | ',' | '{' | '}')
}

/// Whether a tag's value may have it, and its name but for the colon. There are line breaks that are no control characters.
fn in_tag(char: char) -> bool {
    !char.is_control() && !matches!(char, '|' | ',' | '\u{2028}' | '\u{2029}')
}

/// Whether a tag's value may have it as Graphite takes it through StatsD.
fn graphic(char: char) -> bool {
    char.is_ascii_graphic() && !matches!(char, ';' | '~' | ':' | '|' | ',')
}

/// Whether a part of a name may have it.
fn in_node(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_')
}

fn write_to(bytes: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    bytes.write_fmt(text).expect("a Vec takes all that is written to it");
}

/// Why an element can't be sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// The value, which isn't finite.
    Value(f64),
    /// The time, which is before the first second of 1970 is over.
    Time(String),
    /// The bytes that it would have.
    TooLong { len: usize, most: usize },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "its value is {value}; statsd takes finite ones only"),
            Self::Time(at) => write!(f, "its time is {at}; dogstatsd takes times from 1970-01-01T00:00:01Z on"),
            Self::TooLong { len, most } => {
                write!(
                    f,
                    "it takes {len} bytes, more than the {most} of a packet; shorten its name and tags, or raise `max_packet`"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests;
