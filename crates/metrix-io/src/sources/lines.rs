//! [`Lines`]: any log of lines, by a pattern.

mod shortcut;

use regex::{CaptureLocations, Regex};

use self::shortcut::Shortcut;
use super::fields::{Field, Fields, FieldsError, Rules};
use crate::{LineError, ParseLine, Reading, Sample};

/// Reads any log whose lines follow a pattern: a [regular expression](regex#syntax) whose named groups, `(?<name>...)`, are
/// the [fields](Fields) of a line.
///
/// A metric whose value is missing, empty or `-` in a line is left out for that line and [counted](ParseLine::skipped);
/// the line's other metrics stand. A group that took no part in a match is missing: as a tag, it is none.
///
/// Bytes that aren't UTF-8 are taken for the replacement character, `�`. Empty lines have no readings.
///
/// The kinds of its errors are `pattern` (the line doesn't match), `timestamp`, `value`.
///
/// ```
/// use metrix::{Timestamp, tags};
/// use metrix_io::{ParseLine, sources::{Fields, Lines, Metric}};
///
/// let fields = Fields::new()
///     .timestamp("ts", "%d/%b/%Y:%H:%M:%S %z")
///     .metric(Metric::constant("requests", 1.0).tags(["method", "status"]))
///     .metric(Metric::field("bytes", "bytes").tags(["status"]));
/// let pattern = r#"^\S+ \S+ \S+ \[(?<ts>[^\]]+)\] "(?<method>\S+) [^"]*" (?<status>\d+) (?<bytes>\d+|-)"#;
/// let mut lines = Lines::new(pattern, &fields)?;
///
/// let mut readings = Vec::new();
/// let line = br#"10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 -"#;
/// lines.parse(line, &mut |reading| readings.push(reading.into_owned()))?;
/// assert_eq!(readings.len(), 1); // it has no bytes
/// assert_eq!(lines.skipped(), 1);
/// assert_eq!((&*readings[0].name, readings[0].value), ("requests", 1.0));
/// assert_eq!(readings[0].to_tags(), tags! { "method" => "GET", "status" => 304 });
/// assert_eq!(readings[0].at, Some(Timestamp::from_secs(1_431_857_103)));
///
/// let error = Lines::new(r"(?<status>\d+", &fields).unwrap_err();
/// assert_eq!(error.to_string(), r"the pattern `(?<status>\d+` is wrong at character 1: unclosed group");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Memory: what the expression takes, at most a few megabytes, and the text of the last timestamp. A line of UTF-8 takes no
/// allocation.
#[derive(Clone, Debug)]
pub struct Lines {
    pattern: Regex,
    groups: CaptureLocations,
    /// What finds most matches more quickly.
    shortcut: Option<Shortcut>,
    rules: Rules,
}

impl Lines {
    /// A reader of lines that match `pattern`, anywhere in the line unless it begins with `^`.
    ///
    /// # Errors
    /// If the pattern is not a regular expression (the error says where) or too large, if it has no group of the name of a
    /// field, or if the fields are at fault by themselves.
    pub fn new(pattern: &str, fields: &Fields) -> Result<Self, FieldsError> {
        let refused = |at, problem| FieldsError::Pattern { pattern: pattern.to_owned(), at, problem };
        let parsed = regex_syntax::parse(pattern).map_err(|error| {
            let (at, problem) = wrong(&error);
            refused(at, problem)
        })?;
        let shortcut = Shortcut::new(&parsed);
        let pattern = Regex::new(pattern).map_err(|error| refused(None, format!("{error}: make it smaller")))?;
        let names: Vec<_> = pattern.capture_names().collect();
        let find = |field: &str| {
            names.iter().position(|name| *name == Some(field)).ok_or_else(|| FieldsError::Group {
                group: field.to_owned(),
                known: names.iter().flatten().map(|&name| name.to_owned()).collect(),
            })
        };
        let rules = Rules::new(fields, find, str::to_owned)?;
        Ok(Self { groups: pattern.capture_locations(), pattern, shortcut, rules })
    }

    fn read(&mut self, line: &str, emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        let Self { pattern, groups, shortcut, rules } = self;
        let text = |(begin, end): (usize, usize)| Field { text: line[begin..end].into(), column: begin };
        if let Some(groups) = shortcut.as_mut().and_then(|shortcut| shortcut.find(line.as_bytes())) {
            return rules.read(|group| Ok(groups[group].map(text)), emit);
        }
        if pattern.captures_read(groups, line).is_none() {
            return Err(LineError::new("pattern", 0, "the line doesn't match the pattern: mend the one or the other"));
        }
        rules.read(|group| Ok(groups.get(group).map(text)), emit)
    }
}

impl ParseLine for Lines {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        if line.is_empty() {
            return Ok(());
        }
        match std::str::from_utf8(line) {
            Ok(line) => self.read(line, emit),
            Err(_) => self.read(&String::from_utf8_lossy(line), emit).map_err(|error| {
                let column = column(line, error.column);
                LineError { column, ..error }
            }),
        }
    }

    fn samples(&mut self, line: &[u8], emit: &mut dyn FnMut(Sample<'_>)) -> bool {
        if line.is_empty() {
            return true;
        }
        let Self { shortcut, rules, .. } = self;
        let Some(groups) = shortcut.as_mut().and_then(|shortcut| shortcut.find(line)) else { return false };
        rules.samples(|group| groups[group].map(|(begin, end)| &line[begin..end]), emit)
    }

    fn skipped(&self) -> u64 {
        self.rules.skipped()
    }
}

/// Where in a line the character is that has this place in its text, in which what isn't UTF-8 was replaced.
fn column(line: &[u8], place: usize) -> usize {
    let (mut before, mut column) = (0, 0);
    for chunk in line.utf8_chunks() {
        let (valid, invalid) = (chunk.valid().len(), chunk.invalid().len());
        if place <= before + valid {
            return column + place.saturating_sub(before);
        }
        before += valid + char::REPLACEMENT_CHARACTER.len_utf8();
        column += valid + invalid;
    }
    line.len()
}

/// Where a regular expression goes wrong, and what is wrong there.
fn wrong(error: &regex_syntax::Error) -> (Option<usize>, String) {
    match error {
        regex_syntax::Error::Parse(error) => (Some(error.span().start.offset), error.kind().to_string()),
        regex_syntax::Error::Translate(error) => (Some(error.span().start.offset), error.kind().to_string()),
        // The type may grow.
        _ => (None, error.to_string()),
    }
}

#[cfg(test)]
mod tests;
