//! [`Jsonl`]: measurements as JSON, one a line.

use std::borrow::Cow;

use metrix::Timestamp;
use serde_json::value::RawValue;

use super::excerpt::excerpt;
use super::pointers::{Pointers, Scalar, column, scalar};
use super::time_format::{TimeError, TimeFormat};
use crate::{LineError, ParseLine, Reading, Sample};

mod plain;
mod tags;

/// Reads measurements that stand as JSON objects, one a line.
///
/// ```text
/// {"name": "wc", "value": 12.5, "tags": {"section": "politics"}, "at": "2015-05-17T10:05:03Z"}
/// ```
///
/// | key | what it holds |
/// | --- | --- |
/// | `name` | a text that isn't empty |
/// | `value` | a number |
/// | `tags` | an object of texts, numbers and truth values, each of which becomes a text as it is written; one that is `null` is no tag. May be missing or `null` |
/// | `at` | seconds since 1970, or a text as of RFC 3339. May be missing or `null` |
///
/// Other keys are ignored, and of equal ones the last holds. Lines of nothing but spaces have no readings.
///
/// The kinds of its errors are `json` (a line that isn't JSON in UTF-8, or no object), `name`, `value`, `tags`, `at`.
///
/// ```
/// use metrix::{Timestamp, tags};
/// use metrix_io::{ParseLine, sources::Jsonl};
///
/// let mut jsonl = Jsonl::new();
/// let line = br#"{"name": "wc", "value": 12.5, "tags": {"section": "politics", "page": 3}, "at": 1431857103.25}"#;
/// jsonl.parse(line, &mut |reading| {
///     assert_eq!((&*reading.name, reading.value), ("wc", 12.5));
///     assert_eq!(reading.to_tags(), tags! { "section" => "politics", "page" => 3 });
///     assert_eq!(reading.at, Some(Timestamp::from_millis(1_431_857_103_250)));
/// })?;
///
/// let error = jsonl.parse(br#"{"name": "wc", "value": "12.5"}"#, &mut |_| unreachable!()).unwrap_err();
/// assert_eq!(error.to_string(), r#"25: the value "12.5" is not a number: write it without quotes, as 12.5"#);
/// # Ok::<(), metrix_io::LineError>(())
/// ```
///
/// Memory: nothing is kept from line to line. A line without escapes in its texts, with up to eight tags, takes no
/// allocation.
#[derive(Clone, Debug)]
pub struct Jsonl {
    pointers: Pointers,
}

/// The places in the order in which they are added below.
const KEYS: [&str; 4] = ["name", "value", "tags", "at"];

impl Jsonl {
    /// A reader of such lines.
    pub fn new() -> Self {
        let mut pointers = Pointers::default();
        for key in KEYS {
            pointers.add([key]);
        }
        Self { pointers }
    }
}

impl Default for Jsonl {
    fn default() -> Self {
        Self::new()
    }
}

impl ParseLine for Jsonl {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        let json = line.trim_ascii_start();
        match json.first() {
            None => return Ok(()),
            Some(b'{') => {}
            Some(_) => {
                let example = r#"{"name": "requests", "value": 1}"#;
                let column = line.len() - json.len();
                return Err(LineError::new("json", column, format!("the line is not a JSON object: write {example}")));
            }
        }
        let picked = self.pointers.pick(line)?;
        let mut reading = Reading::new(name(line, picked[0])?, value(line, picked[1])?);
        if let Some(tags) = picked[2] {
            tags::read(line, tags, &mut reading.tags)?;
        }
        reading.at = at(line, picked[3])?;
        emit(reading);
        Ok(())
    }

    #[inline]
    fn samples(&mut self, line: &[u8], emit: &mut dyn FnMut(Sample<'_>)) -> bool {
        plain::read(line).map(|plain| emit(plain.sample())).is_some()
    }
}

fn name<'a>(line: &[u8], raw: Option<&'a RawValue>) -> Result<Cow<'a, str>, LineError> {
    let Some(raw) = raw else {
        return Err(LineError::new("name", 0, r#"there is no name: write "name": "requests""#));
    };
    match scalar(line, raw)? {
        Scalar::Text(name) if !name.is_empty() => Ok(name),
        Scalar::Text(_) => Err(wrong(line, raw, "name", "is empty: name what is measured")),
        Scalar::Null | Scalar::Bare(_) | Scalar::Nested => {
            Err(wrong(line, raw, "name", "is not a text: write it in quotes"))
        }
    }
}

fn value(line: &[u8], raw: Option<&RawValue>) -> Result<f64, LineError> {
    let Some(raw) = raw else {
        return Err(LineError::new("value", 0, r#"there is no value: write "value": 12.5"#));
    };
    let mend = match scalar(line, raw)? {
        Scalar::Bare(text) => match text.parse::<f64>() {
            Ok(value) if value.is_finite() => return Ok(value),
            Ok(_) => "is beyond 1.8e308: write a smaller one".to_owned(),
            Err(_) => "is not a number: write 1 or 0".to_owned(),
        },
        Scalar::Text(text) if text.parse().is_ok_and(f64::is_finite) => {
            format!("is not a number: write it without quotes, as {}", excerpt(&text))
        }
        Scalar::Text(_) | Scalar::Null | Scalar::Nested => "is not a number: write one, as 12.5".to_owned(),
    };
    Err(wrong(line, raw, "value", &mend))
}

fn at(line: &[u8], raw: Option<&RawValue>) -> Result<Option<Timestamp>, LineError> {
    let Some(raw) = raw else { return Ok(None) };
    let time: Result<_, TimeError> = match scalar(line, raw)? {
        Scalar::Null => return Ok(None),
        Scalar::Bare(seconds) => TimeFormat::Unix.parse(seconds),
        Scalar::Text(text) => TimeFormat::Rfc3339.parse(&text),
        Scalar::Nested => TimeFormat::Rfc3339.parse(raw.get()),
    };
    let mend = "is not a time from 1677 to 2262: write seconds since 1970, or a text as \"2015-05-17T10:05:03Z\"";
    time.map(Some).map_err(|_| wrong(line, raw, "at", mend))
}

/// What is wrong with the value of a key.
fn wrong(line: &[u8], raw: &RawValue, key: &'static str, problem: &str) -> LineError {
    LineError::new(key, column(line, raw), format!("the {key} {} {problem}", excerpt(raw.get())))
}

#[cfg(test)]
mod tests;
