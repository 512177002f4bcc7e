//! The tags of a line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use smallvec::SmallVec;

use super::wrong;
use crate::LineError;
use crate::sources::pointers::{Scalar, Text, column, scalar, syntax};

type Pairs<'a, V> = SmallVec<[(Cow<'a, str>, V); 8]>;

/// Adds the tags of an object to `tags`.
pub(super) fn read<'a>(line: &[u8], raw: &'a RawValue, tags: &mut Pairs<'a, Cow<'a, str>>) -> Result<(), LineError> {
    match scalar(line, raw)? {
        Scalar::Null => return Ok(()),
        Scalar::Nested if raw.get().starts_with('{') => {}
        Scalar::Nested | Scalar::Bare(_) | Scalar::Text(_) => {
            return Err(wrong(line, raw, "tags", "are not an object: write {\"section\": \"politics\"}"));
        }
    }
    let object: Object<'_> = serde_json::from_str(raw.get()).map_err(|error| syntax(column(line, raw), &error))?;
    for (name, value) in object.0 {
        match scalar(line, value)? {
            Scalar::Null => {}
            Scalar::Bare(text) => tags.push((name, Cow::Borrowed(text))),
            Scalar::Text(text) => tags.push((name, text)),
            Scalar::Nested => {
                return Err(wrong(
                    line,
                    value,
                    "tags",
                    "hold an object or an array: a tag is a text, a number, true or false",
                ));
            }
        }
    }
    Ok(())
}

/// An object whose values are left as they are written.
struct Object<'a>(Pairs<'a, &'a RawValue>);

impl<'a> Deserialize<'a> for Object<'a> {
    fn deserialize<D: Deserializer<'a>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'a> Visitor<'a> for ObjectVisitor {
    type Value = Object<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = SmallVec::new();
        while let Some((Text(name), value)) = map.next_entry()? {
            pairs.push((name, value));
        }
        Ok(Object(pairs))
    }
}
