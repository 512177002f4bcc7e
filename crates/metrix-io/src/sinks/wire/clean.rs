//! [`clean`]: a text with nothing in it that a protocol gives a meaning to.

use std::borrow::Cow;

/// The text with `_` for each character that is not allowed, and for no text at all.
pub(in crate::sinks) fn clean(text: &str, allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.is_empty() {
        Cow::Borrowed("_")
    } else if text.chars().all(&allowed) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(|char| if allowed(char) { char } else { '_' }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_that_is_not_allowed_gives_way() {
        let letters = |text| clean(text, char::is_alphabetic).into_owned();
        assert_eq!(["", "aé", "a b\r\n", "🦀"].map(letters), ["_", "aé", "a_b__", "_"]);
    }
}
