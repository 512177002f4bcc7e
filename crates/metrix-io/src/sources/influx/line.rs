//! [`InfluxLines`]: lines such as `weather,city=Kiel temperature=12.5,wind=3i 1700000000000000000`.

mod tags;

use std::borrow::Cow;

use metrix::Timestamp;
use smallvec::SmallVec;

use self::tags::tags;
use super::text::{OF_COLUMN, OF_MEASUREMENT, end, shown, unescape};
use super::value::value;
use crate::influx_precision::Precision;
use crate::{LineError, ParseLine, Reading};

/// Reads lines of InfluxDB's line protocol. Each field that is a number becomes a reading.
///
/// | of the line | becomes |
/// | --- | --- |
/// | the field `value` of the measurement `load` | a reading called `load` |
/// | any other, such as `mean` | a reading called `load.mean` |
/// | a float, `12.5` or `-1e3`, an integer, `12i`, or an unsigned one, `12u` | its value, as an `f64` |
/// | `t`, `T`, `true`, `True`, `TRUE`, and the same of false | 1 and 0 |
/// | a field that is a text in quotation marks | nothing; it is [skipped](ParseLine::skipped) |
/// | the time, if there is one | the time of all its readings |
/// | a comment, which begins with `#`, and an empty line | nothing |
///
/// A line that is wrong in any part has no readings at all. So is one that has the same tag twice or a tag called `time`, which
/// InfluxDB doesn't take either, and one of more than 66560 bytes, 1024 tags, 1024 fields, or 65536 tags in all its readings, each of which has
/// all tags of the line. A field called
/// `time` is left out and skipped.
///
/// ```
/// use metrix_io::{ParseLine, sources::influx::InfluxLines};
///
/// let mut readings = Vec::new();
/// let line = r#"weather,city=Kiel\ West temperature=12.5,wind=3i,sky="blue" 1700000000000000000"#;
/// let mut lines = InfluxLines::new();
/// lines.parse(line.as_bytes(), &mut |reading| {
///     assert_eq!(reading.tags[0], ("city".into(), "Kiel West".into()));
///     readings.push((reading.name.to_string(), reading.value));
/// })?;
/// assert_eq!(readings, [("weather.temperature".to_owned(), 12.5), ("weather.wind".to_owned(), 3.0)]);
/// assert_eq!(lines.skipped(), 1);
///
/// let error = lines.parse(b"weather temperature=warm", &mut |_| ()).unwrap_err();
/// assert_eq!(error.to_string(), r#"21: "warm" is no value: write a number, true or false, or a text in quotation marks"#);
/// # Ok::<(), metrix_io::LineError>(())
/// ```
///
/// Memory: what its own texts take, and while it reads a line at most about 100 bytes for each of its tags and fields.
#[derive(Clone, Debug)]
pub struct InfluxLines {
    /// How many nanoseconds the unit of its times has.
    unit: i64,
    /// The field that gives its name to no reading.
    bare: String,
    skipped: u64,
}

/// So many bytes has a line at most: any that InfluxDB takes the key of, with a value and a time.
const MOST_BYTES: usize = 65 << 10;
/// So many fields: each becomes a reading that has all tags.
const MOST_FIELDS: usize = 1024;
/// And so many tags in all readings of a line, or a few bytes would make the work of many.
const MOST_TAGS_IN_ALL: usize = 65_536;

/// The fields of a line that are numbers, by the places at which their names begin and end.
type Fields<'a> = SmallVec<[(&'a str, f64); 8]>;

impl InfluxLines {
    /// Reads lines whose times are in nanoseconds.
    pub fn new() -> Self {
        Self { unit: Precision::default().nanos(), bare: "value".to_owned(), skipped: 0 }
    }

    /// Takes times to be in this unit.
    pub fn precision(self, precision: Precision) -> Self {
        self.unit(precision.nanos())
    }

    /// Takes times to be in units of so many nanoseconds.
    pub(super) fn unit(self, unit: i64) -> Self {
        Self { unit, ..self }
    }

    /// Gives readings of this field, and no longer of `value`, the name of the measurement alone. Of an empty name there is no
    /// such field, and all have the name of their field.
    ///
    /// ```
    /// use metrix_io::{ParseLine, sources::influx::InfluxLines};
    ///
    /// let mut names = Vec::new();
    /// let mut lines = InfluxLines::new().bare_field("gauge");
    /// lines.parse(b"load gauge=1,value=2", &mut |reading| names.push(reading.name.to_string()))?;
    /// assert_eq!(names, ["load", "load.value"]);
    /// # Ok::<(), metrix_io::LineError>(())
    /// ```
    pub fn bare_field(self, name: &str) -> Self {
        Self { bare: name.to_owned(), ..self }
    }

    fn name<'a>(&self, measurement: &'a str, field: &str) -> Cow<'a, str> {
        let field = unescape(field, OF_COLUMN);
        if *field == self.bare { Cow::Borrowed(measurement) } else { Cow::Owned(format!("{measurement}.{field}")) }
    }

    /// Reads the fields from a place on, so many at most, and gives the place after them.
    fn fields<'a>(&mut self, line: &'a str, mut place: usize, most: usize) -> Result<(Fields<'a>, usize), LineError> {
        let (mut fields, mut skipped) = (Fields::new(), 0);
        loop {
            let begin = place;
            let equals = end(line.as_bytes(), begin, b"=, ", OF_COLUMN);
            if equals == begin || line.as_bytes().get(equals) != Some(&b'=') {
                let message = "there is no field: write a name, = and a value after the tags";
                return Err(LineError::new("field", begin, message));
            }
            if fields.len() + skipped as usize == most {
                return Err(too_many("field", "fields", begin, most));
            }
            let (value, after) = value(line, equals + 1)?;
            place = after;
            match value.filter(|_| &line[begin..equals] != TIME) {
                Some(value) => fields.push((&line[begin..equals], value)),
                None => skipped += 1,
            }
            match line.as_bytes().get(place) {
                Some(b',') => place += 1,
                _ => break,
            }
        }
        self.skipped += skipped;
        Ok((fields, place))
    }
}

impl ParseLine for InfluxLines {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        if line.len() > MOST_BYTES {
            let message = format!(
                "the line has {} bytes, and {MOST_BYTES} at most: write fewer tags and fields in one",
                line.len()
            );
            return Err(LineError::new("length", 0, message));
        }
        let line = std::str::from_utf8(line).map_err(|error| {
            LineError::new("text", error.valid_up_to(), "the line is not UTF-8: write it in that encoding")
        })?;
        let line = line.trim_end_matches([' ', '\r']);
        let begin = line.len() - line.trim_start_matches([' ', '\t', '\0']).len();
        if begin == line.len() || line.as_bytes()[begin] == b'#' {
            return Ok(());
        }
        let measurement_end = end(line.as_bytes(), begin, b", ", OF_MEASUREMENT);
        if measurement_end == begin {
            return Err(LineError::new("measurement", begin, "there is no measurement: begin the line with its name"));
        }
        let measurement = unescape(&line[begin..measurement_end], OF_MEASUREMENT);
        let (tags, place) = tags(line, measurement_end)?;
        let most = MOST_FIELDS.min(MOST_TAGS_IN_ALL / tags.len().max(1));
        let skipped = self.skipped;
        let (fields, place) = self.fields(line, spaces(line, place), most)?;
        let at = match time(line, place, self.unit) {
            Ok(at) => at,
            Err(error) => {
                self.skipped = skipped;
                return Err(error);
            }
        };
        // Texts that had to be made are made once, and borrowed by each reading.
        let borrowed = || tags.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value)));
        for (field, value) in fields {
            let name = self.name(&measurement, field);
            emit(Reading { tags: borrowed().collect(), at, ..Reading::new(name, value) });
        }
        Ok(())
    }

    fn skipped(&self) -> u64 {
        self.skipped
    }
}

impl Default for InfluxLines {
    fn default() -> Self {
        Self::new()
    }
}

/// What no tag and no field can be called.
const TIME: &str = "time";

fn too_many(kind: &'static str, what: &str, place: usize, most: usize) -> LineError {
    LineError::new(kind, place, format!("the line has more than {most} {what}: write them in several lines"))
}

/// The time at the end of a line, if there is one.
fn time(line: &str, place: usize, unit: i64) -> Result<Option<Timestamp>, LineError> {
    let begin = spaces(line, place);
    let text = &line[begin..];
    if text.is_empty() {
        return Ok(None);
    }
    let nanos = text.parse::<i64>().ok().and_then(|time| time.checked_mul(unit));
    let message = || format!("{:?} is no time: write a whole number of the unit that was said", shown(text));
    nanos.map(|nanos| Some(Timestamp::from_nanos(nanos))).ok_or_else(|| LineError::new("time", begin, message()))
}

/// The place after the spaces at a place.
fn spaces(line: &str, place: usize) -> usize {
    line.len() - line[place..].trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests;
