//! [`Point`]: an element as Graphite takes it.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;

use metrix::sink::Number;
use metrix::{MElement, Tags};

use crate::sinks::wire::{CleanTags, clean};

/// So many bytes may a line have without its end.
const MAX_LINE: usize = 8192;
/// So many bytes may a node have that becomes a file's name; file systems take 255, with an ending.
const MAX_NODE: usize = 200;
/// The first second that has no room in 32 bits.
const END: i64 = 1 << 32;

/// What is made of elements, and what is refused.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) tags_in_names: bool,
    pub(super) prefix: String,
    pub(super) default_tags: Tags,
}

/// An element as Graphite takes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    /// The name and the tags.
    pub(super) path: String,
    /// Finite.
    pub(super) value: f64,
    /// From 1 to the last that 32 bits have room for.
    pub(super) seconds: i64,
    /// How many tags of the element gave way to another one.
    pub(super) merged: usize,
}

impl Point {
    /// The point of an element, or why Graphite would not take it.
    pub(super) fn new(element: &MElement, rules: &Rules) -> Result<Self, Refusal> {
        if !element.value.is_finite() {
            return Err(Refusal::Value(element.value));
        }
        let seconds = element.at.as_nanos().div_euclid(1_000_000_000);
        if !(1..END).contains(&seconds) {
            return Err(Refusal::Time(element.at.to_string()));
        }
        let mut path = name(&rules.prefix, &element.name);
        let tags = if rules.tags_in_names {
            let node = |text| clean(text, in_node);
            let tags = CleanTags::of(element, &rules.default_tags, node, node);
            tags.tags.iter().for_each(|(tag, text)| path.extend([".", tag, ".", text]));
            tags
        } else {
            let tags = CleanTags::of(element, &rules.default_tags, tag_name, tag_value);
            tags.tags.iter().for_each(|(tag, text)| path.extend([";", tag, "=", text]));
            tags
        };
        // That of a series with tags is made of their hash.
        let longest = if path.contains(';') { None } else { path.split('.').map(str::len).max() };
        if let Some(bytes) = longest.filter(|longest| *longest > MAX_NODE) {
            return Err(Refusal::LongNode(bytes));
        }
        // 25 for the value, 10 for the time, and two blanks.
        if path.len() > MAX_LINE - 37 {
            return Err(Refusal::TooLong(path.len()));
        }
        Ok(Self { path, value: element.value, seconds, merged: tags.merged })
    }

    /// Appends it as a line: `path value time`.
    pub(super) fn line(&self, bytes: &mut Vec<u8>) {
        let Self { path, value, seconds, .. } = self;
        writeln!(bytes, "{path} {} {seconds}", Number(*value)).expect("a Vec takes all that is written to it");
    }
}

/// The name, of nodes that aren't empty.
fn name(prefix: &str, name: &str) -> String {
    let mut clean = String::with_capacity(prefix.len() + name.len());
    let mut begins = true;
    for char in prefix.chars().chain(name.chars()) {
        match char {
            '.' => {
                clean.push_str(if begins { "_." } else { "." });
                begins = true;
                continue;
            }
            _ if in_name(char) => clean.push(char),
            _ => clean.push('_'),
        }
        begins = false;
    }
    if begins {
        clean.push('_');
    }
    clean
}

fn tag_name(text: &str) -> Cow<'_, str> {
    match text {
        "name" => Cow::Borrowed("_name"),
        text => clean(text, |char| in_tag(char) && !matches!(char, '!' | '^' | '=')),
    }
}

fn tag_value(text: &str) -> Cow<'_, str> {
    match text.strip_prefix('~') {
        Some(rest) => {
            let mut value = String::from("_");
            rest.chars().for_each(|char| value.push(if in_tag(char) { char } else { '_' }));
            Cow::Owned(value)
        }
        None => clean(text, in_tag),
    }
}

fn in_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '+' | '%' | ':')
}

/// A brace could make carbon take the path for one of Prometheus.
fn in_tag(char: char) -> bool {
    char.is_ascii_graphic() && !matches!(char, ';' | '{' | '}')
}

fn in_node(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_')
}

/// Why an element can't be sent to Graphite.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// The value, which isn't finite.
    Value(f64),
    /// The time, which lies outside those that are taken.
    Time(String),
    /// The bytes of a part of the name.
    LongNode(usize),
    /// The bytes of name and tags.
    TooLong(usize),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "its value is {value}; graphite takes finite ones only"),
            Self::Time(at) => {
                write!(f, "its time is {at}; graphite takes seconds from 1970-01-01T00:00:01Z to 2106-02-07T06:28:15Z")
            }
            Self::LongNode(bytes) => {
                write!(f, "a part of its name has {bytes} bytes, more than {MAX_NODE}; shorten it, or put dots in it")
            }
            Self::TooLong(bytes) => {
                write!(f, "its name and tags have {bytes} bytes, too many for a line of {MAX_LINE}; shorten them")
            }
        }
    }
}

#[cfg(test)]
mod tests;
