//! [`printable`]: a text from outside that can be shown in a terminal.

use std::borrow::Cow;

use metrix::Tags;
use ratatui::text::Span;

/// The text, with escapes for what commands a terminal, forges a line, turns the direction of writing or has no width
/// of its own. A mark that combines with the character before it is escaped too.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_printable(c) {
            escaped.push(c);
        } else if c.is_ascii() {
            escaped.extend(c.escape_debug());
        } else {
            escaped.extend(c.escape_unicode());
        }
    }
    Cow::Owned(escaped)
}

/// As `core=0,host=a`.
pub(crate) fn printable_tags(tags: &Tags) -> String {
    printable(&tags.to_string()).into_owned()
}

fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    c.escape_debug().len() == 1 && Span::raw(&*c.encode_utf8(&mut [0; 4])).width() > 0
}

#[cfg(test)]
mod tests {
    use metrix::tags;

    use super::*;

    #[test]
    fn what_is_harmless_stays() {
        for text in ["", "cpu.usage", "a b\\c'\"", "naïve", "指標", "🦀", "Ω≈"] {
            assert!(matches!(printable(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_commands_a_terminal_is_escaped() {
        for (text, expected) in [
            ("\u{1b}[2Ja", r"\u{1b}[2Ja"),
            ("a\r\nb\tc", r"a\r\nb\tc"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("\0\u{7f}\u{85}", r"\0\u{7f}\u{85}"),
            ("\u{202e}gnp.exe", r"\u{202e}gnp.exe"),
            ("a\u{200b}\u{2028}b", r"a\u{200b}\u{2028}b"),
            ("e\u{301}\u{d4e}", r"e\u{301}\u{d4e}"),
        ] {
            assert_eq!(printable(text), expected);
        }
    }

    #[test]
    fn every_character_that_is_left_has_a_width() {
        for c in (char::MIN..=char::MAX).filter(|&c| is_printable(c)) {
            let width = Span::raw(c.to_string()).width();
            assert!((1..=3).contains(&width), "{c:?} has {width}");
        }
    }

    #[test]
    fn tags_are_escaped_too() {
        assert_eq!(printable_tags(&tags! { "a" => "\u{1b}c", "b" => "ok" }), r"a=\u{1b}c,b=ok");
        assert_eq!(printable_tags(&Tags::NONE), "");
    }
}
