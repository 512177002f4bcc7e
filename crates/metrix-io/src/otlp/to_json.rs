//! [`to_json`]: messages of the wire, as JSON.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::schema::{Field, Kind, Message};
use super::wire::{Fields, Wire, unzigzag, varint};

/// A message as JSON, as [`from_json`](super::from_json::from_json) reads it. Fields that are not known, or not of their types, are
/// left out.
pub(crate) fn to_json(message: &Message, bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() * 3);
    write_message(message, bytes, &mut text);
    text
}

fn write_message(message: &Message, bytes: &[u8], text: &mut Vec<u8>) {
    text.push(b'{');
    let start = text.len();
    for field in message.0 {
        let mut values = Fields::new(bytes).flatten().filter(|(number, _)| *number == field.number);
        let Some((_, first)) = values.next() else { continue };
        if text.len() > start {
            text.push(b',');
        }
        write_text(field.name, text);
        text.push(b':');
        if field.is_repeated {
            text.push(b'[');
            let start = text.len();
            write_entries(field, first, start, text);
            values.for_each(|(_, value)| write_entries(field, value, start, text));
            text.push(b']');
        } else {
            write_value(field, values.last().map_or(first, |(_, value)| value), text);
        }
    }
    text.push(b'}');
}

/// The entry that a value is, or the entries that are packed in it.
fn write_entries(field: &Field, value: Wire<'_>, start: usize, text: &mut Vec<u8>) {
    let mut entry = |value| {
        if text.len() > start {
            text.push(b',');
        }
        write_value(field, value, text);
    };
    match (field.kind, value) {
        (Kind::Text | Kind::Bytes | Kind::Message(_), value) => entry(value),
        (Kind::Double | Kind::Fixed64 | Kind::SFixed64, Wire::Bytes(packed)) => {
            for bytes in packed.chunks_exact(8) {
                let bytes = bytes.try_into().expect("it has eight bytes");
                entry(Wire::Fixed64(u64::from_le_bytes(bytes)));
            }
        }
        (_, Wire::Bytes(mut packed)) => {
            while let Ok(number) = varint(&mut packed) {
                entry(Wire::Varint(number));
            }
        }
        (_, value) => entry(value),
    }
}

fn write_value(field: &Field, value: Wire<'_>, text: &mut Vec<u8>) {
    match (field.kind, value) {
        (Kind::Text, Wire::Bytes(bytes)) => write_text(&String::from_utf8_lossy(bytes), text),
        (Kind::Bytes, Wire::Bytes(bytes)) => write_text(&STANDARD.encode(bytes), text),
        (Kind::Message(message), Wire::Bytes(bytes)) => write_message(message, bytes, text),
        (Kind::Double, Wire::Fixed64(bits)) => write_double(f64::from_bits(bits), text),
        // Integers of 64 bits stand in quotation marks, as many a language would round them.
        (Kind::Fixed64, Wire::Fixed64(number)) | (Kind::Uint64, Wire::Varint(number)) => {
            write_text(&number.to_string(), text);
        }
        (Kind::SFixed64, Wire::Fixed64(number)) | (Kind::Int64, Wire::Varint(number)) => {
            write_text(&(number as i64).to_string(), text);
        }
        (Kind::Bool, Wire::Varint(number)) => text.extend_from_slice(if number == 0 { b"false" } else { b"true" }),
        // Of more bits than there are, the lowest hold, as protobuf has it.
        (Kind::Uint32, Wire::Varint(number)) => text.extend_from_slice((number as u32).to_string().as_bytes()),
        (Kind::Int32, Wire::Varint(number)) => text.extend_from_slice((number as i32).to_string().as_bytes()),
        (Kind::Sint32, Wire::Varint(number)) => {
            text.extend_from_slice(unzigzag(u64::from(number as u32)).to_string().as_bytes());
        }
        _ => text.extend_from_slice(b"null"),
    }
}

fn write_double(number: f64, text: &mut Vec<u8>) {
    let word = match number {
        _ if number.is_nan() => "NaN",
        f64::INFINITY => "Infinity",
        f64::NEG_INFINITY => "-Infinity",
        _ => return serde_json::to_writer(text, &number).expect("a Vec takes all that is written to it"),
    };
    write_text(word, text);
}

fn write_text(word: &str, text: &mut Vec<u8>) {
    serde_json::to_writer(text, word).expect("a Vec takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::check::check;
    use super::super::from_json::from_json;
    use super::super::schema::{REQUEST, RESPONSE};
    use super::*;

    #[track_caller]
    fn round_trip(given: &Value) -> Value {
        let bytes = from_json(&REQUEST, given.to_string().as_bytes()).unwrap();
        assert_eq!(check(&REQUEST, &bytes), Ok(()));
        serde_json::from_slice(&to_json(&REQUEST, &bytes)).unwrap()
    }

    fn point(fields: &Value) -> Value {
        json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"histogram": {"dataPoints": [fields]}}]}]}]})
    }

    fn attribute(value: &Value) -> Value {
        point(&json!({"attributes": [{"key": "k", "value": value}]}))
    }

    #[test]
    fn what_is_read_can_be_written() {
        for value in [
            json!({"stringValue": "a\"\u{7}é"}),
            json!({"stringValue": ""}),
            json!({"boolValue": false}),
            json!({"intValue": "-9223372036854775808"}),
            json!({"doubleValue": 0.1}),
            json!({"doubleValue": "-Infinity"}),
            json!({"bytesValue": "AP8="}),
            json!({"arrayValue": {"values": [{"intValue": "1"}, {}, {"arrayValue": {"values": []}}]}}),
            json!({"kvlistValue": {"values": [{"key": "", "value": {"boolValue": true}}]}}),
        ] {
            let expected = match value.pointer("/arrayValue") {
                // A list of none is nothing on the wire.
                Some(_) => json!({"arrayValue": {"values": [{"intValue": "1"}, {}, {"arrayValue": {}}]}}),
                None => value.clone(),
            };
            assert_eq!(round_trip(&attribute(&value)), attribute(&expected));
        }
        let fields = json!({
            "startTimeUnixNano": "18446744073709551615", "timeUnixNano": "1", "count": "3", "sum": -1.5,
            "bucketCounts": ["1", "2"], "explicitBounds": [0.1], "flags": 1, "min": "NaN",
        });
        assert_eq!(round_trip(&point(&fields)), point(&fields));
    }

    #[test]
    fn other_forms_are_read_too() {
        let given = json!({
            "timeUnixNano": 1, "count": 3e0, "sum": "2.5", "min": null, "later": {"a": [1]},
            "bucketCounts": [1, "2", 4.0], "explicitBounds": [1, "2"],
        });
        let expected = json!({
            "timeUnixNano": "1", "count": "3", "sum": 2.5, "bucketCounts": ["1", "2", "4"], "explicitBounds": [1.0, 2.0],
        });
        assert_eq!(round_trip(&point(&given)), point(&expected));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (fields, expected) in [
            (json!({"count": -1}), "`count` has to be a whole number from 0 on"),
            (json!({"count": 0.5}), "`count` has to be a whole number from 0 on"),
            (json!({"count": "x"}), "`count` has to be a whole number from 0 on"),
            (json!({"count": true}), "`count` has to be a whole number from 0 on"),
            (json!({"flags": 4_294_967_296_u64}), "`flags` has to be a whole number from 0 on"),
            (json!({"sum": "inf"}), "`sum` has to be a number"),
            (json!({"sum": []}), "`sum` has to be a number"),
            (json!({"bucketCounts": 1}), "`bucketCounts` has to be a list"),
            (json!({"bucketCounts": [[1]]}), "`bucketCounts` has to be a whole number from 0 on"),
            (json!({"bucketCounts": [null]}), "`bucketCounts` has to be a whole number from 0 on"),
            (json!({"attributes": {}}), "`attributes` has to be a list"),
            (json!({"attributes": ["a"]}), "`attributes` has to be an object"),
        ] {
            let error = from_json(&REQUEST, point(&fields).to_string().as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        for text in ["", "[]", "{", "{}x", "null", "{\"resourceMetrics\": [{]}"] {
            assert!(from_json(&REQUEST, text.as_bytes()).is_err(), "{text}");
        }
        let deep = format!("{}{}", r#"{"resourceMetrics":"#, "[".repeat(100_000));
        assert!(from_json(&REQUEST, deep.as_bytes()).is_err());
    }

    #[test]
    fn the_last_of_one_holds() {
        let bytes = [from_json(&RESPONSE, br#"{"partialSuccess": {}}"#).unwrap(), b"\x0a\x04\x08\x05\x12\x00".to_vec()];
        let text = String::from_utf8(to_json(&RESPONSE, &bytes.concat())).unwrap();
        assert_eq!(text, r#"{"partialSuccess":{"rejectedDataPoints":"5","errorMessage":""}}"#);
    }
}
