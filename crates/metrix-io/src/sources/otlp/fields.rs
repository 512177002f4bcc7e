//! What a checked message has in its fields.

use std::borrow::Cow;

use crate::otlp::wire::{Fields, Wire, varint};

/// The last value of a field of 8 bytes.
pub(super) fn fixed64(message: &[u8], number: u32) -> Option<u64> {
    let values = Fields::new(message).flatten().filter_map(|field| match field {
        (found, Wire::Fixed64(value)) if found == number => Some(value),
        _ => None,
    });
    values.last()
}

pub(super) fn double(message: &[u8], number: u32) -> Option<f64> {
    fixed64(message, number).map(f64::from_bits)
}

/// The last value of a field of variable length, which is 0 where there is none.
pub(super) fn integer(message: &[u8], number: u32) -> u64 {
    let values = Fields::new(message).flatten().filter_map(|field| match field {
        (found, Wire::Varint(value)) if found == number => Some(value),
        _ => None,
    });
    values.last().unwrap_or(0)
}

/// The values of a text, a message or bytes.
pub(super) fn all(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    Fields::new(message).flatten().filter_map(move |field| match field {
        (found, Wire::Bytes(value)) if found == number => Some(value),
        _ => None,
    })
}

/// The message that a field is. Where there are several they are merged, which is to stand one after the other.
pub(super) fn merged(message: &[u8], number: u32) -> Cow<'_, [u8]> {
    let mut parts = all(message, number);
    let first = parts.next().unwrap_or_default();
    let Some(second) = parts.next() else { return Cow::Borrowed(first) };
    let mut merged = [first, second].concat();
    parts.for_each(|part| merged.extend_from_slice(part));
    Cow::Owned(merged)
}

/// Of fields that exclude each other, the number of the one that holds, which is the last; and the message from there on where it
/// began to be that.
pub(super) fn chosen<'a>(message: &'a [u8], numbers: &[u32]) -> Option<(u32, &'a [u8])> {
    let (mut fields, mut chosen) = (Fields::new(message), None);
    loop {
        let rest = fields.rest();
        let Some(Ok((number, _))) = fields.next() else { return chosen };
        if numbers.contains(&number) && chosen.is_none_or(|(last, _)| last != number) {
            chosen = Some((number, rest));
        }
    }
}

/// The last value of a text, which is empty where there is none.
pub(super) fn text(message: &[u8], number: u32) -> &str {
    all(message, number).last().and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
}

/// Numbers of 8 bytes, packed or one by one; `None` if there are more than so many.
pub(super) fn fixed64s(message: &[u8], number: u32, most: usize) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    for field in Fields::new(message).flatten() {
        match field {
            (found, Wire::Fixed64(value)) if found == number => numbers.push(value),
            (found, Wire::Bytes(packed)) if found == number => {
                if packed.len() / 8 > most {
                    return None;
                }
                let read = |bytes: &[u8]| bytes.try_into().map_or(0, u64::from_le_bytes);
                numbers.extend(packed.chunks_exact(8).map(read));
            }
            _ => {}
        }
        if numbers.len() > most {
            return None;
        }
    }
    Some(numbers)
}

/// Numbers of variable length, in the same way.
pub(super) fn integers(message: &[u8], number: u32, most: usize) -> Option<Vec<u64>> {
    let mut numbers = Vec::new();
    for field in Fields::new(message).flatten() {
        match field {
            (found, Wire::Varint(value)) if found == number => numbers.push(value),
            (found, Wire::Bytes(mut packed)) if found == number => {
                while let (Ok(value), true) = (varint(&mut packed), numbers.len() <= most) {
                    numbers.push(value);
                }
            }
            _ => {}
        }
        if numbers.len() > most {
            return None;
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::wire::Writer;

    #[test]
    fn numbers_are_packed_or_not() {
        let mut writer = Writer::default();
        writer.fixed64(6, 1);
        writer.nested(6, |packed| [2, 3].into_iter().for_each(|number| packed.raw_fixed64(number)));
        writer.varint(2, 4);
        writer.nested(2, |packed| [5, 300].into_iter().for_each(|number| packed.raw_varint(number)));
        let bytes = writer.finish();
        assert_eq!(fixed64s(&bytes, 6, 3), Some(vec![1, 2, 3]));
        assert_eq!(fixed64s(&bytes, 6, 2), None);
        assert_eq!(integers(&bytes, 2, 3), Some(vec![4, 5, 300]));
        assert_eq!(integers(&bytes, 2, 2), None);
        assert_eq!((fixed64(&bytes, 6), integer(&bytes, 2), integer(&bytes, 9)), (Some(1), 4, 0));
    }

    #[test]
    fn of_fields_that_exclude_each_other_the_last_holds() {
        let message = b"\x0a\x01a\x10\x01\x0a\x01b\x0a\x01c\x18\x01";
        assert_eq!(chosen(message, &[1, 2]), Some((1, &b"\x0a\x01b\x0a\x01c\x18\x01"[..])));
        assert_eq!(chosen(message, &[9]), None);
        assert_eq!(&*merged(message, 1), b"abc");
    }
}
