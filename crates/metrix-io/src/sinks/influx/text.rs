//! Texts as line protocol can carry them.

use std::borrow::Cow;

/// The text with `_` for what has no form: control characters, backslashes that would change what follows, and no text at all.
///
/// A backslash is itself where what follows it has no meaning after one; but servers differ in what they make of two, and of
/// one before a comma, a space, `=` or the end.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.is_empty() {
        return Cow::Borrowed("_");
    }
    if !text.contains(|char: char| char == '\\' || char.is_control()) {
        return Cow::Borrowed(text);
    }
    let mut chars = text.chars().peekable();
    let mut clean = String::with_capacity(text.len());
    while let Some(char) = chars.next() {
        let is_kept = match (char, chars.peek()) {
            ('\\', None | Some('\\' | ',' | ' ' | '=' | '"')) => false,
            ('\\', Some(next)) => !next.is_control(),
            (char, _) => !char.is_control(),
        };
        clean.push(if is_kept { char } else { '_' });
    }
    Cow::Owned(clean)
}

/// A measurement: a line that begins with `#` would be a comment.
pub(super) fn measurement(text: &str) -> Cow<'_, str> {
    let clean = clean(text);
    match clean.strip_prefix('#') {
        Some(rest) => Cow::Owned(format!("_{rest}")),
        None => clean,
    }
}

/// A name that is a column's: `time` is the time's own, and `_field` and `_measurement` are InfluxDB's from version 2 on.
pub(super) fn column(text: &str) -> Cow<'_, str> {
    let clean = clean(text);
    if matches!(&*clean, "time" | "_field" | "_measurement") { Cow::Owned(format!("{clean}_")) } else { clean }
}

/// Adds a clean text with a backslash before each character of `special`.
pub(super) fn escape(text: &str, special: &[u8], line: &mut Vec<u8>) {
    for &byte in text.as_bytes() {
        if special.contains(&byte) {
            line.push(b'\\');
        }
        line.push(byte);
    }
}

/// What ends a measurement.
pub(super) const OF_MEASUREMENT: &[u8] = b", ";
/// What ends the name or the value of a tag, and the name of a field.
pub(super) const OF_COLUMN: &[u8] = b", =";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_table_of_the_docs() {
        for (text, expected) in [
            ("requests.mean", "requests.mean"),
            ("two words, a=b", "two words, a=b"),
            ("größe 日本 🦀", "größe 日本 🦀"),
            ("C:\\dir", "C:\\dir"),
            ("C:\\", "C:_"),
            ("a\\,b\\ c\\=d\\\"", "a_,b_ c_=d_\""),
            ("a\\\\b", "a_\\b"),
            ("a\\\nb", "a__b"),
            ("a\r\nb\tc\0\u{85}", "a__b_c__"),
            ("", "_"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
        assert_eq!(measurement("#a#"), "_a#");
        assert_eq!(column("#a"), "#a");
        assert_eq!(
            ["time", "_field", "_measurement", "times"].map(column),
            ["time_", "_field_", "_measurement_", "times"]
        );
    }

    #[test]
    fn escapes_what_ends_a_text() {
        let mut line = Vec::new();
        escape("a, b=c", OF_MEASUREMENT, &mut line);
        line.push(b'|');
        escape("a, b=c", OF_COLUMN, &mut line);
        assert_eq!(line, b"a\\,\\ b=c|a\\,\\ b\\=c");
    }
}
