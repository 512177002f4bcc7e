//! [`Line`]: a line of an exposition, taken apart.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::cursor::Cursor;
use crate::LineError;
use crate::prometheus_format::Format;
use crate::sources::excerpt::excerpt;

/// A line of an exposition.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most lines are samples, and none is kept")]
pub(super) enum Line<'a> {
    Sample(Sample<'a>),
    /// Of which type a family is.
    Type {
        family: &'a str,
        kind: &'a str,
    },
    /// `# EOF`.
    End,
    /// An empty one, a help, a unit, or a remark.
    Nothing,
}

/// Names and values, in the order in which they stand there.
type Labels<'a> = SmallVec<[(Cow<'a, str>, Cow<'a, str>); 8]>;

/// A value of a series.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sample<'a> {
    pub(super) name: &'a str,
    pub(super) labels: Labels<'a>,
    pub(super) value: f64,
    /// As it is written: in milliseconds, or in OpenMetrics in seconds.
    pub(super) time: Option<&'a str>,
    /// Where that stands in the line.
    pub(super) time_at: usize,
}

impl<'a> Line<'a> {
    pub(super) fn parse(text: &'a str, format: Format) -> Result<Self, LineError> {
        let mut cursor = Cursor::new(text);
        cursor.blanks();
        match cursor.peek() {
            None => Ok(Self::Nothing),
            Some(b'#') => comment(&mut cursor),
            Some(_) => sample(&mut cursor, format).map(Self::Sample),
        }
    }
}

fn comment<'a>(cursor: &mut Cursor<'a>) -> Result<Line<'a>, LineError> {
    cursor.take(b'#');
    cursor.blanks();
    match cursor.word() {
        "EOF" if cursor.rest().is_empty() => Ok(Line::End),
        "TYPE" => {
            cursor.blanks();
            let family = cursor.name(b":").ok_or_else(|| cursor.wrong("type", "after TYPE stands a metric's name"))?;
            cursor.blanks();
            let kind = cursor.word();
            cursor.blanks();
            match (kind, cursor.rest()) {
                ("", _) => Err(cursor.wrong("type", "a type is missing, as in `# TYPE requests_total counter`")),
                (_, "") => Ok(Line::Type { family, kind }),
                _ => Err(cursor.wrong("type", "a type is one word, as in `# TYPE requests_total counter`")),
            }
        }
        _ => Ok(Line::Nothing),
    }
}

fn sample<'a>(cursor: &mut Cursor<'a>, format: Format) -> Result<Sample<'a>, LineError> {
    let name = cursor.name(b":").ok_or_else(|| {
        cursor.wrong("name", "a metric's name begins with a letter, `_` or `:`, and has digits besides")
    })?;
    cursor.blanks();
    let labels = if cursor.take(b'{') { labels(cursor)? } else { Labels::new() };
    cursor.blanks();
    let value = number(cursor, "value")?;
    cursor.blanks();
    let (time_at, mut time) = (cursor.at(), None);
    if !matches!(cursor.peek(), None | Some(b'#')) {
        time = Some(cursor.word());
        cursor.blanks();
    }
    if format == Format::OpenMetrics && cursor.take(b'#') {
        exemplar(cursor)?;
    }
    if cursor.rest().is_empty() {
        return Ok(Sample { name, labels, value, time, time_at });
    }
    Err(cursor.wrong("rest", "after a value there is nothing but a time: break the line here"))
}

/// What stands between braces, of which the first has been taken.
fn labels<'a>(cursor: &mut Cursor<'a>) -> Result<Labels<'a>, LineError> {
    let mut labels = Labels::new();
    loop {
        cursor.blanks();
        let begin = cursor.at();
        if cursor.take(b'}') {
            if labels.len() > FEW && has_twice(&labels) {
                return Err(LineError::new("label", begin, "a label is there twice: leave one out"));
            }
            return Ok(labels);
        }
        let name = cursor.name(b"");
        let name = name.ok_or_else(|| cursor.wrong("label", "a label is missing, as in `{page=\"/\"}`"))?;
        // Many are checked below, as that would take the square of their number.
        if labels.len() <= FEW && labels.iter().any(|(other, _)| other == name) {
            return Err(LineError::new("label", begin, format!("the label `{name}` is there twice: leave one out")));
        }
        cursor.blanks();
        if !cursor.take(b'=') {
            return Err(cursor.wrong("label", "after the name of a label stands `=` and its value in quotes"));
        }
        cursor.blanks();
        labels.push((Cow::Borrowed(name), cursor.quoted()?));
        cursor.blanks();
        if !cursor.take(b',') && cursor.peek() != Some(b'}') {
            return Err(cursor.wrong("label", "after the value of a label stands a comma, or `}`"));
        }
        if labels.len() > MOST {
            return Err(cursor.wrong("label", "there are more than 1000 labels: leave some out"));
        }
    }
}

/// So many labels are compared one by one.
const FEW: usize = 16;
/// More than any exporter has.
const MOST: usize = 1000;

fn has_twice(labels: &[(Cow<'_, str>, Cow<'_, str>)]) -> bool {
    let mut names: Vec<&str> = labels.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

fn number(cursor: &mut Cursor<'_>, kind: &'static str) -> Result<f64, LineError> {
    let begin = cursor.at();
    let word = cursor.word();
    word.parse().map_err(|_| {
        let message = match word {
            "" => "a value is missing: write a number, as 0.25".to_owned(),
            _ => format!("`{}` is no number: write one as 0.25, 1e9, NaN or +Inf", excerpt(word)),
        };
        LineError::new(kind, begin, message)
    })
}

/// An example of what the value counts; it must be one, but is not kept.
fn exemplar(cursor: &mut Cursor<'_>) -> Result<(), LineError> {
    cursor.blanks();
    if !cursor.take(b'{') {
        return Err(cursor.wrong("exemplar", "after `#` stands an exemplar, as in `# {trace_id=\"1a\"} 0.25`"));
    }
    labels(cursor)?;
    cursor.blanks();
    number(cursor, "exemplar")?;
    cursor.blanks();
    if cursor.peek().is_some() {
        number(cursor, "exemplar")?;
    }
    cursor.blanks();
    Ok(())
}
