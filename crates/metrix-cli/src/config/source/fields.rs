//! Which fields of a line make which measurements: `pattern`, `timestamp` and `metrics`.

use metrix_io::sources::{Fields, FieldsError, Lines, Metric, TimeFormat};
use toml::de::DeValue;

use crate::config::key::Key;
use crate::config::problem::Read;
use crate::config::table::Table;
use crate::config::value::{Value, all};

const FIELD: Key = Key::new("field", "\"time\"");
const FORMAT: Key = Key::new("format", "\"%Y-%m-%d %H:%M:%S\"");
/// The keys of a timestamp.
pub(in crate::config) const TIMESTAMP: &[Key] = &[FIELD, FORMAT];

const NAME: Key = Key::new("name", "\"lines\"");
const VALUE: Key = Key::new("value", "1");
const TAGS: Key = Key::new("tags", "[\"status\"]");
/// The keys of a metric.
pub(in crate::config) const METRIC: &[Key] = &[NAME, VALUE, TAGS];

/// A regular expression.
pub(super) fn pattern<'a>(value: &Value<'a>) -> Read<&'a str> {
    let pattern = value.text()?;
    match Lines::new(pattern, &any()) {
        Ok(_) => Ok(pattern),
        Err(error) => Err(value.wrong(error)),
    }
}

/// What reads the lines, made by `make`.
pub(super) fn read<T>(table: &Table<'_>, make: impl Fn(&Fields) -> Result<T, FieldsError>) -> Read<T> {
    if let Some(made) = fields(table, &|_| Ok(())).ok().and_then(|fields| make(&fields).ok()) {
        return Ok(made);
    }
    // Each field is tried by itself, to know which of them is wrong.
    let fields = fields(table, &|fields| make(fields).map(drop))?;
    make(&fields).map_err(|error| table.wrong(error.to_string()))
}

fn fields(table: &Table<'_>, check: Check<'_>) -> Read<Fields> {
    let timestamp = table.optional(super::TIMESTAMP, |value| timestamp(value, check));
    let metrics = table.required(super::METRICS, |value| {
        let Some(entries) = value.entries() else { return Err(value.is_no("a list of tables")) };
        if entries.is_empty() {
            return Err(value.wrong(FieldsError::NoMetrics));
        }
        all(entries.iter().map(|entry| metric(entry, check)))
    });
    let fields = match timestamp? {
        Some((field, format)) => Fields::new().timestamp(field, format),
        None => Fields::new(),
    };
    Ok(fields.metrics(metrics?))
}

type Check<'c> = &'c dyn Fn(&Fields) -> Result<(), FieldsError>;

fn timestamp<'a>(value: &Value<'a>, check: Check<'_>) -> Read<(&'a str, &'a str)> {
    let table = value.table("a timestamp", TIMESTAMP)?;
    let field = table.required(FIELD, |value| {
        let field = value.text()?;
        check(&any().timestamp(field, "rfc3339")).map_err(|error| value.wrong(error))?;
        Ok(field)
    });
    let format = table.required(FORMAT, |value| {
        let format = value.text()?;
        TimeFormat::new(format).map_err(|error| value.wrong(error))?;
        Ok(format)
    });
    Ok((field?, format?))
}

fn metric(value: &Value<'_>, check: Check<'_>) -> Read<Metric> {
    let table = value.table("a metric", METRIC)?;
    let name = table.required(NAME, Value::name);
    let metric = table.required(VALUE, |value| amount(name.unwrap_or("any"), value, check));
    let tags = table.optional(TAGS, |value| {
        let tags = tags(value, check)?;
        let tagged = add(Metric::constant(name?, 1.0), tags.clone());
        check(&Fields::new().metric(tagged)).map_err(|error| value.wrong(error))?;
        Ok(tags)
    });
    name?;
    Ok(add(metric?, tags?.unwrap_or_default()))
}

fn amount(name: &str, value: &Value<'_>, check: Check<'_>) -> Read<Metric> {
    let metric = match value.raw() {
        DeValue::String(field) => Metric::field(name, &**field),
        _ => match value.number() {
            Some(number) if number.is_finite() => Metric::constant(name, number),
            Some(number) => {
                let wanted = "a finite number, or the name of a field";
                return Err(value.wrong(format!("`value` is {number}, and has to be {wanted}: write value = 1")));
            }
            None => return Err(value.is_no("a number, or the name of a field")),
        },
    };
    check(&Fields::new().metric(metric.clone())).map_err(|error| value.wrong(error))?;
    Ok(metric)
}

/// Fields, some with names of their own for the tags.
type Tags<'a> = Vec<(Option<&'a str>, &'a str)>;

fn tags<'a>(value: &Value<'a>, check: Check<'_>) -> Read<Tags<'a>> {
    let field = |value: &Value<'a>| {
        let field = value.text()?;
        check(&Fields::new().metric(Metric::field("any", field))).map_err(|error| value.wrong(error))?;
        Ok(field)
    };
    if let Some(entries) = value.entries() {
        return all(entries.iter().map(|entry| Ok((None, field(entry)?))));
    }
    let Some(pairs) = value.pairs() else { return Err(value.is_no("a list of fields, or a table of them")) };
    all(pairs.iter().map(|(name, value)| Ok((Some(*name), field(value)?))))
}

fn add(metric: Metric, tags: Tags<'_>) -> Metric {
    tags.into_iter().fold(metric, |metric, (name, field)| match name {
        Some(name) => metric.tag(name, field),
        None => metric.tags([field]),
    })
}

/// Fields that any line has.
fn any() -> Fields {
    Fields::new().metric(Metric::constant("any", 1.0))
}
