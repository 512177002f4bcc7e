//! Texts of a line, with their backslashes.

use std::borrow::Cow;

/// Where the text that begins at a place ends: before the first of `ends` that has no backslash before it, or at the end.
///
/// A backslash has a meaning only before one of `special`; two of them are two.
pub(super) fn end(line: &[u8], start: usize, ends: &[u8], special: &[u8]) -> usize {
    let bytes = line;
    let mut place = start;
    while let Some(byte) = bytes.get(place) {
        if *byte == b'\\' && bytes.get(place + 1).is_some_and(|next| special.contains(next)) {
            place += 2;
        } else if ends.contains(byte) {
            return place;
        } else {
            place += 1;
        }
    }
    bytes.len()
}

/// The text without the backslashes that stand before one of `special`.
pub(super) fn unescape<'a>(text: &'a str, special: &[u8]) -> Cow<'a, str> {
    let is_special = |char: char| u8::try_from(char).is_ok_and(|byte| special.contains(&byte));
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut chars = text.chars().peekable();
    let mut plain = String::with_capacity(text.len());
    while let Some(char) = chars.next() {
        match chars.peek() {
            Some(&next) if char == '\\' && is_special(next) => {
                plain.push(next);
                chars.next();
            }
            _ => plain.push(char),
        }
    }
    Cow::Owned(plain)
}

/// The beginning of a text, for a message.
pub(super) fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

/// What a backslash can stand before in a measurement.
pub(super) const OF_MEASUREMENT: &[u8] = b", ";
/// What it can stand before in the name or the value of a tag, and in the name of a field.
pub(super) const OF_COLUMN: &[u8] = b", =";
/// What it can stand before in a text in quotation marks.
pub(super) const OF_STRING: &[u8] = b"\"\\";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_as_influxdb_has_them() {
        for (text, expected) in [
            ("a\\,b\\ c\\=d", "a,b c=d"),
            ("C:\\dir", "C:\\dir"),
            ("a\\\\\\,b", "a\\\\,b"),
            ("a\\", "a\\"),
            ("ü\\ ü", "ü ü"),
        ] {
            assert_eq!(unescape(text, OF_COLUMN), expected);
        }
        assert_eq!(unescape("a\\=b", OF_MEASUREMENT), "a\\=b");
        assert_eq!(end(b"a\\,b,c", 0, b", ", OF_COLUMN), 4);
        assert_eq!(end(b"abc\\", 1, b", ", OF_COLUMN), 4);
        assert_eq!(end(b"ab", 2, b", ", OF_COLUMN), 2);
    }
}
