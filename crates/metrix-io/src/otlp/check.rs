//! [`check`]: whether bytes are a message.

use std::str;

use super::schema::{Kind, Message};
use super::wire::{Fields, Malformed, Wire, varint};

/// Messages may be within one another so deep: those that there are take eight levels, and the rest is left to lists of lists in
/// attributes.
const DEEPEST: usize = 32;

/// Whether bytes are such a message: well formed to its end, all texts UTF-8, each field of its own type. Fields that are not known
/// may be anything well formed.
pub(crate) fn check(message: &Message, bytes: &[u8]) -> Result<(), Malformed> {
    check_within(message, bytes, DEEPEST)
}

fn check_within(message: &Message, bytes: &[u8], levels: usize) -> Result<(), Malformed> {
    let levels = levels.checked_sub(1).ok_or(Malformed)?;
    for field in Fields::new(bytes) {
        let (number, wire) = field?;
        let Some(field) = message.field(number) else { continue };
        let is_right = match (field.kind, wire) {
            (Kind::Message(inner), Wire::Bytes(bytes)) => check_within(inner, bytes, levels).is_ok(),
            (Kind::Text, Wire::Bytes(bytes)) => str::from_utf8(bytes).is_ok(),
            (Kind::Bytes, Wire::Bytes(_)) => true,
            (Kind::Double | Kind::Fixed64 | Kind::SFixed64, Wire::Fixed64(_)) => true,
            (Kind::Double | Kind::Fixed64 | Kind::SFixed64, Wire::Bytes(packed)) => {
                field.is_repeated && packed.len() % 8 == 0
            }
            (Kind::Bool | Kind::Uint64 | Kind::Int64 | Kind::Uint32 | Kind::Int32 | Kind::Sint32, Wire::Varint(_)) => {
                true
            }
            (
                Kind::Bool | Kind::Uint64 | Kind::Int64 | Kind::Uint32 | Kind::Int32 | Kind::Sint32,
                Wire::Bytes(packed),
            ) => field.is_repeated && are_varints(packed),
            _ => false,
        };
        if !is_right {
            return Err(Malformed);
        }
    }
    Ok(())
}

fn are_varints(mut packed: &[u8]) -> bool {
    while !packed.is_empty() {
        if varint(&mut packed).is_err() {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::schema::{REQUEST, STATUS};
    use super::super::wire::Writer;
    use super::*;

    fn nested(levels: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A list in a list, from within.
        for level in 0..levels {
            let mut writer = Writer::default();
            writer.bytes(if level % 2 == 0 { 1 } else { 5 }, &bytes);
            bytes = writer.finish();
        }
        // Within a value, an attribute, a resource, its metrics and the request.
        for number in [2, 1, 1, 1] {
            let mut writer = Writer::default();
            writer.bytes(number, &bytes);
            bytes = writer.finish();
        }
        bytes
    }

    #[test]
    fn what_is_too_deep_is_none() {
        for (levels, is_right) in [(0, true), (20, true), (26, true), (30, false), (10_000, false)] {
            assert_eq!(check(&REQUEST, &nested(levels)).is_ok(), is_right, "{levels}");
        }
    }

    #[test]
    fn each_field_has_its_type() {
        for (bytes, is_right) in [
            (&b""[..], true),
            (b"\x08\x03\x12\x02no", true),
            // Fields that are not known.
            (b"\x18\x01\x21\0\0\0\0\0\0\0\0\x2a\x01\xff", true),
            (b"\x12\x01\xff", false),
            (b"\x0a\x01\x03", false),
            (b"\x10\x01", false),
            (b"\x08", false),
        ] {
            assert_eq!(check(&STATUS, bytes).is_ok(), is_right, "{bytes:?}");
        }
    }
}
