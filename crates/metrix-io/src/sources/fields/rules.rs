//! [`Rules`]: fields that have been found in a pattern or as pointers.

use std::borrow::Cow;

use metrix::Timestamp;
#[cfg(feature = "lines")]
use smallvec::SmallVec;

use super::metric::{Tag, Value};
use super::{Fields, FieldsError, Metric};
#[cfg(feature = "lines")]
use crate::Sample;
use crate::sources::TimeFormat;
use crate::sources::excerpt::excerpt;
use crate::{LineError, Reading, number};

/// What is no text, for a tag that a line doesn't have.
#[cfg(feature = "lines")]
const MISSING: &[u8] = b"\xfe";

/// What a line has as a field, and where.
pub(in crate::sources) struct Field<'t> {
    pub(in crate::sources) text: Cow<'t, str>,
    pub(in crate::sources) column: usize,
}

/// The same as [`Fields`], with the numbers of the fields instead of their names.
#[derive(Clone, Debug)]
pub(in crate::sources) struct Rules {
    time: Option<Time>,
    metrics: Vec<Rule>,
    skipped: u64,
}

#[derive(Clone, Debug)]
struct Time {
    field: usize,
    format: TimeFormat,
    /// The last text that was read: a log repeats most of its times.
    last: String,
    at: Timestamp,
}

#[derive(Clone, Debug)]
struct Rule {
    /// Which one it is, for the keys of samples.
    #[cfg_attr(not(feature = "lines"), expect(dead_code, reason = "only text logs have samples"))]
    number: String,
    name: String,
    value: Amount,
    tags: Vec<(String, usize)>,
}

#[derive(Clone, Debug)]
enum Amount {
    Constant(f64),
    Field(usize),
}

impl Rules {
    /// `find` gives the number of a field, `call` the name of a tag that is called as its field.
    pub(in crate::sources) fn new(
        fields: &Fields,
        mut find: impl FnMut(&str) -> Result<usize, FieldsError>,
        call: impl Fn(&str) -> String,
    ) -> Result<Self, FieldsError> {
        let time = match &fields.timestamp {
            Some((field, format)) => Some(Time::new(find(field)?, TimeFormat::new(format)?)),
            None => None,
        };
        if fields.metrics.is_empty() {
            return Err(FieldsError::NoMetrics);
        }
        let rules = fields.metrics.iter().zip(0..).map(|(metric, number)| Rule::new(number, metric, &mut find, &call));
        Ok(Self { time, metrics: rules.collect::<Result<_, _>>()?, skipped: 0 })
    }

    /// How many measurements had no value.
    pub(in crate::sources) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The same as samples, whose keys are the texts of their tags, as [`samples`](crate::ParseLine::samples) has it.
    #[cfg(feature = "lines")]
    pub(in crate::sources) fn samples<'t>(
        &mut self,
        field: impl Fn(usize) -> Option<&'t [u8]>,
        emit: &mut dyn FnMut(Sample<'_>),
    ) -> bool {
        let at = match &mut self.time {
            Some(time) => match field(time.field).and_then(|text| time.sample(text)) {
                Some(at) => Some(at),
                None => return false,
            },
            None => None,
        };
        let mut skipped = 0;
        for Rule { number, value, tags, .. } in &self.metrics {
            let value = match value {
                Amount::Constant(value) => Valued::Number(*value),
                Amount::Field(place) => field(*place).map_or(Valued::Nothing, Valued::of),
            };
            let value = match value {
                Valued::Number(value) => value,
                Valued::Nothing => {
                    skipped += 1;
                    continue;
                }
                Valued::Wrong => return false,
            };
            let mut key: SmallVec<[&[u8]; 8]> = SmallVec::new();
            key.push(number.as_bytes());
            key.extend(tags.iter().map(|(_, place)| field(*place).unwrap_or(MISSING)));
            emit(Sample { key: &key, value, at, weight: 1.0 });
        }
        self.skipped += skipped;
        true
    }

    /// Makes the measurements of a line; `field` gives what it has as the field of a number.
    pub(in crate::sources) fn read<'t>(
        &mut self,
        field: impl Fn(usize) -> Result<Option<Field<'t>>, LineError>,
        emit: &mut dyn FnMut(Reading<'_>),
    ) -> Result<(), LineError> {
        let at = match &mut self.time {
            Some(time) => Some(time.read(field(time.field)?)?),
            None => None,
        };
        let mut result = Ok(());
        for rule in &self.metrics {
            match rule.reading(&field, at) {
                Ok(Some(reading)) => emit(reading),
                Ok(None) => self.skipped += 1,
                Err(error) => result = result.and(Err(error)),
            }
        }
        result
    }
}

/// What a field is as a value.
enum Valued {
    Number(f64),
    /// There is none.
    Nothing,
    Wrong,
}

impl Valued {
    #[inline]
    fn of(text: &[u8]) -> Self {
        if let Some((number, _)) = number::plain(text).filter(|(_, len)| *len == text.len()) {
            return Self::Number(number);
        }
        match std::str::from_utf8(text).map(str::trim) {
            Ok("" | "-") => Self::Nothing,
            Ok(text) => text.parse().ok().filter(|number: &f64| number.is_finite()).map_or(Self::Wrong, Self::Number),
            Err(_) => Self::Wrong,
        }
    }
}

impl Time {
    fn new(field: usize, format: TimeFormat) -> Self {
        // No format takes an empty text, so nothing is mistaken for it.
        Self { field, format, last: String::new(), at: Timestamp::EPOCH }
    }

    /// The time that a text stands for, if it does.
    #[cfg(feature = "lines")]
    #[inline]
    fn sample(&mut self, text: &[u8]) -> Option<Timestamp> {
        if text.is_empty() || text != self.last.as_bytes() {
            let text = std::str::from_utf8(text).ok()?;
            return self.read(Some(Field { text: text.into(), column: 0 })).ok();
        }
        Some(self.at)
    }

    fn read(&mut self, field: Option<Field<'_>>) -> Result<Timestamp, LineError> {
        let Some(Field { text, column }) = field else {
            return Err(LineError::new(
                "timestamp",
                0,
                "the line has no timestamp, so that none of its metrics has a time",
            ));
        };
        if text.is_empty() || text != self.last {
            self.at = match self.format.parse(&text) {
                Ok(at) => at,
                Err(error) => {
                    return Err(LineError::new("timestamp", column, format!("{error}: mend the line, or the format")));
                }
            };
            self.last.clear();
            self.last.push_str(&text);
        }
        Ok(self.at)
    }
}

impl Rule {
    fn new(
        number: u32,
        metric: &Metric,
        find: &mut impl FnMut(&str) -> Result<usize, FieldsError>,
        call: &impl Fn(&str) -> String,
    ) -> Result<Self, FieldsError> {
        let name = metric.name.clone();
        if name.is_empty() {
            return Err(FieldsError::NoName);
        }
        let value = match &metric.value {
            Value::Constant(value) if value.is_finite() => Amount::Constant(*value),
            Value::Constant(value) => return Err(FieldsError::NotFinite { metric: name, value: *value }),
            Value::Field(field) => Amount::Field(find(field)?),
        };
        let mut tags: Vec<(String, usize)> = Vec::new();
        for Tag { name: given, field } in &metric.tags {
            let place = find(field)?;
            let tag = given.clone().unwrap_or_else(|| call(field));
            if tags.iter().any(|(other, _)| *other == tag) {
                return Err(FieldsError::TagTwice { metric: name, tag });
            }
            tags.push((tag, place));
        }
        Ok(Self { number: number.to_string(), name, value, tags })
    }

    /// The measurement of a line, if it has a value.
    fn reading<'r, 't: 'r>(
        &'r self,
        field: &impl Fn(usize) -> Result<Option<Field<'t>>, LineError>,
        at: Option<Timestamp>,
    ) -> Result<Option<Reading<'r>>, LineError> {
        let value = match self.value {
            Amount::Constant(value) => value,
            Amount::Field(place) => {
                let Some(found) = field(place)? else { return Ok(None) };
                match Valued::of(found.text.as_bytes()) {
                    Valued::Number(number) => number,
                    Valued::Nothing => return Ok(None),
                    Valued::Wrong => return Err(self.no_number(&found)),
                }
            }
        };
        let mut reading = Reading::new(&*self.name, value);
        for (name, place) in &self.tags {
            if let Some(found) = field(*place)? {
                reading.tags.push((Cow::Borrowed(name), found.text));
            }
        }
        reading.at = at;
        Ok(Some(reading))
    }

    fn no_number(&self, Field { text, column }: &Field<'_>) -> LineError {
        let (name, text) = (&self.name, excerpt(text));
        let message =
            format!("the value of `{name}`, `{text}`, is not a finite number: take another field, or mend the line");
        LineError::new("value", *column, message)
    }
}
