//! [`Json`]: a log of JSON lines of any shape.

use super::fields::{Field, Fields, FieldsError, Rules};
use super::pointers::{Pointers, Scalar, column, keys, scalar};
use crate::{LineError, ParseLine, Reading};

/// Reads a log whose lines are JSON of any shape. Its [fields](Fields) are JSON pointers (RFC 6901): `/nginx/bytes` is the key
/// `bytes` of the object at the key `nginx`, and `/0` the first item of an array; `~1` stands for a slash in a key, `~0` for
/// a tilde.
///
/// A metric whose value is missing, `null`, empty or `-` in a line is left out for that line and [counted](ParseLine::skipped);
/// the line's other metrics stand. A value may be a number, or a text that holds one. Tags are texts, numbers and truth
/// values, as they are written; what is missing or `null` is no tag. Of equal keys the last holds. Lines of nothing but spaces
/// have no readings.
///
/// The kinds of its errors are `json` (a line that isn't JSON in UTF-8, or neither object nor array), `timestamp`, `value`, and
/// `nested` (a field is an object or an array).
///
/// ```
/// use metrix::{Timestamp, tags};
/// use metrix_io::{ParseLine, sources::{Fields, Json, Metric}};
///
/// let fields = Fields::new()
///     .timestamp("/time", "rfc3339")
///     .metric(Metric::field("bytes", "/nginx/bytes").tag("agent", "/nginx/agent").tags(["/host"]));
/// let mut json = Json::new(&fields)?;
///
/// let line = br#"{"time": "2015-05-17T10:05:03Z", "host": "a", "nginx": {"bytes": 318, "agent": "curl"}}"#;
/// json.parse(line, &mut |reading| {
///     assert_eq!((&*reading.name, reading.value), ("bytes", 318.0));
///     assert_eq!(reading.to_tags(), tags! { "agent" => "curl", "host" => "a" });
///     assert_eq!(reading.at, Some(Timestamp::from_secs(1_431_857_103)));
/// })?;
///
/// let error = Json::new(&fields.metric(Metric::field("time", "took"))).unwrap_err();
/// assert_eq!(error.to_string(), "`took` is no JSON pointer: a JSON pointer begins with a slash: write `/took`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Memory: the text of the last timestamp. A line whose fields have no escapes takes no allocation, if there are at most
/// eight of them.
#[derive(Clone, Debug)]
pub struct Json {
    pointers: Pointers,
    rules: Rules,
}

impl Json {
    /// A reader of lines that have these fields.
    ///
    /// # Errors
    /// If a field is no JSON pointer, or the fields are at fault by themselves.
    pub fn new(fields: &Fields) -> Result<Self, FieldsError> {
        let mut pointers = Pointers::default();
        let find = |field: &str| {
            pointers.add_pointer(field).map_err(|problem| FieldsError::Pointer { pointer: field.to_owned(), problem })
        };
        let rules = Rules::new(fields, find, last_key)?;
        Ok(Self { pointers, rules })
    }
}

/// What a tag is called that has no name of its own: as the last key of its pointer.
fn last_key(pointer: &str) -> String {
    keys(pointer).ok().and_then(|mut keys| keys.pop()).unwrap_or_default().into_owned()
}

impl ParseLine for Json {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        let json = line.trim_ascii_start();
        match json.first() {
            None => return Ok(()),
            Some(b'{' | b'[') => {}
            Some(_) => {
                let message = "the line is neither a JSON object nor an array: has it been written by something else?";
                return Err(LineError::new("json", line.len() - json.len(), message));
            }
        }
        let picked = self.pointers.pick(line)?;
        let field = |slot: usize| {
            let Some(raw) = picked[slot] else { return Ok(None) };
            let column = column(line, raw);
            match scalar(line, raw)? {
                Scalar::Null => Ok(None),
                Scalar::Bare(text) => Ok(Some(Field { text: text.into(), column })),
                Scalar::Text(text) => Ok(Some(Field { text, column })),
                Scalar::Nested => {
                    let message =
                        "a field is an object or an array here: let the pointer lead to a text or a number in it";
                    Err(LineError::new("nested", column, message))
                }
            }
        };
        self.rules.read(field, emit)
    }

    fn skipped(&self) -> u64 {
        self.rules.skipped()
    }
}

#[cfg(test)]
mod tests;
