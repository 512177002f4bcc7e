//! The names that OpenTSDB allows.

use std::borrow::Cow;

/// Whether OpenTSDB takes this character in the name of a metric, or in the name or the value of a tag.
///
/// It takes the letters of all scripts, but which those are depends on its Java, and other servers that speak its
/// protocol know those of ASCII alone.
fn is_allowed(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '/')
}

/// The text with `_` for each character that is not allowed, and for no text at all.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.is_empty() {
        Cow::Borrowed("_")
    } else if text.chars().all(is_allowed) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(|char| if is_allowed(char) { char } else { '_' }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_table_of_the_docs() {
        for (text, expected) in [
            ("http/x-y.p99_9", "http/x-y.p99_9"),
            ("AZaz09", "AZaz09"),
            ("two words", "two_words"),
            ("a\r\nput b", "a__put_b"),
            ("a=b,c:d|e", "a_b_c_d_e"),
            ("\"\\'{}\0", "______"),
            ("größe", "gr__e"),
            ("e\u{301}", "e_"),
            ("日本", "__"),
            ("🦀", "_"),
            ("", "_"),
        ] {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }
}
