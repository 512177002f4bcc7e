//! Attributes, as tags.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use smallvec::SmallVec;

use super::fields::{all, text};
use crate::Reading;
use crate::otlp::wire::{Fields, Wire};

/// Tags as readings have them.
pub(super) type ReadTags<'a> = SmallVec<[(Cow<'a, str>, Cow<'a, str>); 8]>;

/// The attributes of a message, whose field has this number.
pub(super) fn attributes(message: &[u8], number: u32) -> impl Iterator<Item = (&str, &[u8])> {
    all(message, number).map(|attribute| (text(attribute, 1), all(attribute, 2).last().unwrap_or_default()))
}

/// The value of an attribute as the text of a tag: a string as it is, and what is made of others as JSON.
pub(super) fn value(any: &[u8]) -> Cow<'_, str> {
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
    match Fields::new(any).flatten().last() {
        Some((1, Wire::Bytes(text))) => Read::Text(std::str::from_utf8(text).unwrap_or_default()),
        Some((2, Wire::Varint(value))) => Read::Json(json!(value != 0)),
        Some((3, Wire::Varint(value))) => Read::Json(json!(value as i64)),
        // What is not finite, JSON has no word for.
        Some((4, Wire::Fixed64(bits))) => {
            let number = f64::from_bits(bits);
            Read::Json(if number.is_finite() { json!(number) } else { json!(number.to_string()) })
        }
        Some((5, Wire::Bytes(list))) => Read::Json(all(list, 1).map(json).collect()),
        Some((6, Wire::Bytes(list))) => Read::Json(
            attributes(list, 1)
                .map(|(name, value)| (name.to_owned(), json(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        ),
        Some((7, Wire::Bytes(bytes))) => Read::Bytes(bytes),
        _ => Read::Json(Value::Null),
    }
}

/// A reading with these tags.
pub(super) fn tagged<'a>(reading: Reading<'a>, tags: &ReadTags<'a>) -> Reading<'a> {
    Reading { tags: tags.clone(), ..reading }
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
}
