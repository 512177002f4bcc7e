//! Attributes, as tags.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use smallvec::SmallVec;

use super::fields::{all, chosen, double, integer, merged, text};
use super::rules::Rules;

/// Tags as readings have them.
pub(super) type ReadTags<'a> = SmallVec<[(Cow<'a, str>, Cow<'a, str>); 8]>;

/// The name and the tags of a point have so many bytes together, with [`EACH`] for a tag; points of more are rejected.
pub(super) const MOST: usize = 64 << 10;

/// What a tag takes, but for its texts.
pub(super) const EACH: usize = 16;

/// Tags that many points share, and how much they take.
#[derive(Clone, Debug, Default)]
pub(super) struct Owned {
    pub(super) tags: Vec<(String, String)>,
    pub(super) size: usize,
}

impl Owned {
    /// Those that a resource gives: of too many no more than shows that.
    pub(super) fn of(resource: &[u8], rules: &Rules) -> Self {
        let mut owned = Self::default();
        for (name, any) in attributes(resource, 1) {
            if !rules.resource.iter().any(|glob| glob.matches(name)) {
                continue;
            }
            let Some((value, size)) = sized(name, any, owned.size) else {
                owned.size = MOST + 1;
                break;
            };
            owned.size = size;
            owned.tags.push((name.to_owned(), value.into_owned()));
        }
        owned
    }
}

/// The text of a value, and how much there is with it; `None` if that is too much, which is seen before the text is made.
pub(super) fn sized<'a>(name: &str, any: Cow<'a, [u8]>, before: usize) -> Option<(Cow<'a, str>, usize)> {
    let size = before + EACH + name.len();
    if size + any.len() > MOST {
        return None;
    }
    let value = value(any);
    let size = size + value.len();
    (size <= MOST).then_some((value, size))
}

/// The attributes of a message, whose field has this number.
pub(super) fn attributes(message: &[u8], number: u32) -> impl Iterator<Item = (&str, Cow<'_, [u8]>)> {
    all(message, number).map(|attribute| (text(attribute, 1), merged(attribute, 2)))
}

/// The value of an attribute as the text of a tag: a string as it is, and what is made of others as JSON.
pub(super) fn value(any: Cow<'_, [u8]>) -> Cow<'_, str> {
    match any {
        Cow::Borrowed(any) => text_of(any),
        Cow::Owned(any) => Cow::Owned(text_of(&any).into_owned()),
    }
}

fn text_of(any: &[u8]) -> Cow<'_, str> {
    match read(any) {
        Read::Text(text) => Cow::Borrowed(text),
        Read::Bytes(bytes) => Cow::Owned(STANDARD.encode(bytes)),
        Read::Json(Value::Null) => Cow::Borrowed(""),
        Read::Json(json) => Cow::Owned(json.to_string()),
    }
}

enum Read<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    Json(Value),
}

/// What was checked is not too deep.
fn read(any: &[u8]) -> Read<'_> {
    let json = |any: &[u8]| match read(any) {
        Read::Text(text) => json!(text),
        Read::Bytes(bytes) => json!(STANDARD.encode(bytes)),
        Read::Json(json) => json,
    };
    let Some((number, rest)) = chosen(any, &[1, 2, 3, 4, 5, 6, 7]) else { return Read::Json(Value::Null) };
    match number {
        1 => Read::Text(text(rest, 1)),
        2 => Read::Json(json!(integer(rest, 2) != 0)),
        3 => Read::Json(json!(integer(rest, 3) as i64)),
        // What is not finite, JSON has no word for.
        4 => match double(rest, 4).unwrap_or_default() {
            number if number.is_finite() => Read::Json(json!(number)),
            number => Read::Json(json!(number.to_string())),
        },
        5 => Read::Json(all(&merged(rest, 5), 1).map(json).collect()),
        6 => Read::Json(
            attributes(&merged(rest, 6), 1)
                .map(|(name, value)| (name.to_owned(), json(&value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        ),
        _ => Read::Bytes(all(rest, 7).last().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::from_json::from_json;
    use crate::otlp::schema::REQUEST;

    #[test]
    fn values_are_texts() {
        for (given, expected) in [
            (json!({"stringValue": "a\"\n"}), "a\"\n"),
            (json!({"boolValue": true}), "true"),
            (json!({"intValue": "-3"}), "-3"),
            (json!({"doubleValue": 0.5}), "0.5"),
            (json!({"doubleValue": "NaN"}), "\"NaN\""),
            (json!({"bytesValue": "AP8="}), "AP8="),
            (json!({"arrayValue": {"values": [{"intValue": 1}, {"stringValue": "a"}, {}]}}), r#"[1,"a",null]"#),
            (json!({"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": false}}]}}), r#"{"k":false}"#),
            (json!({}), ""),
        ] {
            let request = json!({"resourceMetrics": [{"resource": {"attributes": [{"key": "k", "value": given}]}}]});
            let bytes = from_json(&REQUEST, request.to_string().as_bytes()).unwrap();
            let resource = all(all(&bytes, 1).next().unwrap(), 1).next().unwrap();
            let found: Vec<_> = attributes(resource, 1).map(|(name, any)| (name, value(any))).collect();
            assert_eq!(found, [("k", Cow::Borrowed(expected))], "{request}");
        }
    }

    #[test]
    fn a_value_that_comes_twice_is_as_protobuf_has_it() {
        for (any, expected) in [
            // One kind after the other, and a field of later times.
            (&b"\x0a\x01a\x18\x05"[..], "5"),
            (b"\x18\x05\x0a\x01a\x90\x03\x01", "a"),
            // Two lists in a row are one; one that another kind follows is none.
            (b"\x2a\x04\x0a\x02\x18\x01\x2a\x04\x0a\x02\x18\x02", "[1,2]"),
            (b"\x2a\x04\x0a\x02\x18\x01\x18\x07\x2a\x04\x0a\x02\x18\x02", "[2]"),
        ] {
            assert_eq!(value(Cow::Borrowed(any)), expected, "{any:?}");
        }
        // An attribute whose value is in two pieces.
        let attribute = b"\x0a\x10\x0a\x01k\x12\x02\x18\x01\x12\x07\x0a\x05hello";
        let found: Vec<_> = attributes(attribute, 1).map(|(name, any)| (name, value(any))).collect();
        assert_eq!(found, [("k", Cow::Borrowed("hello"))]);
    }
}
