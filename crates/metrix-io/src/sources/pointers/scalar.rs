//! [`Scalar`]: what a JSON value is, where it is to be a text or a number.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;

use super::{column, syntax};
use crate::LineError;

/// A JSON value of which only texts, numbers and the like are of use.
#[derive(Debug, PartialEq)]
pub(in crate::sources) enum Scalar<'a> {
    Null,
    /// A number or a truth value, as it is written.
    Bare(&'a str),
    Text(Cow<'a, str>),
    /// An object or an array.
    Nested,
}

/// What a value of a line is. Its text is borrowed where it has no escapes.
pub(in crate::sources) fn scalar<'a>(line: &[u8], value: &'a RawValue) -> Result<Scalar<'a>, LineError> {
    let json = value.get();
    Ok(match json.as_bytes().first() {
        // Without escapes it is what stands between the quotes.
        Some(b'"') if memchr(b'\\', json.as_bytes()).is_none() => Scalar::Text(json[1..json.len() - 1].into()),
        Some(b'"') => {
            let text: Text<'_> = serde_json::from_str(json).map_err(|error| syntax(column(line, value), &error))?;
            Scalar::Text(text.0)
        }
        Some(b'{' | b'[') => Scalar::Nested,
        Some(b'n') => Scalar::Null,
        _ => Scalar::Bare(json),
    })
}

/// A text, borrowed where it has no escapes.
pub(in crate::sources) struct Text<'a>(pub(in crate::sources) Cow<'a, str>);

impl<'a> Deserialize<'a> for Text<'a> {
    fn deserialize<D: Deserializer<'a>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'a> Visitor<'a> for TextVisitor {
    type Value = Text<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}
