//! [`repr`]: an element as Python writes it.

use std::fmt::Write as _;

use super::number::is_integer;
use crate::MElement;

/// Appends `MElement(name='n.sum', value=3, tags={'foo': 'bar'})`, on one line, whatever the texts are.
pub(super) fn repr(element: &MElement, text: &mut String) {
    text.push_str("MElement(name=");
    string(&element.name, text);
    text.push_str(", value=");
    number(element.value, text);
    text.push_str(", tags=");
    if element.tags.is_empty() {
        text.push_str("None");
    } else {
        text.push('{');
        for (place, (name, value)) in element.tags.iter().enumerate() {
            if place > 0 {
                text.push_str(", ");
            }
            string(name, text);
            text.push_str(": ");
            string(value, text);
        }
        text.push('}');
    }
    text.push(')');
}

/// As `repr` of an `int` where the value is an integer below 2⁵³ other than -0.0, otherwise as that of a `float`.
fn number(value: f64, text: &mut String) {
    let minus_zero = value == 0.0 && value.is_sign_negative();
    let written = if is_integer(value) && !minus_zero { format!("{value}") } else { float(value) };
    text.push_str(&written);
}

/// Rust and Python agree on the shortest digits and on when an exponent is written, and differ in how.
fn float(value: f64) -> String {
    let text = format!("{value:?}");
    match text.split_once('e') {
        _ if value.is_nan() => "nan".into(),
        None => text,
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
    }
}

fn string(content: &str, text: &mut String) {
    let quote = if content.contains('\'') && !content.contains('"') { '"' } else { '\'' };
    text.push(quote);
    for c in content.chars() {
        match (c, u32::from(c)) {
            ('\n', _) => text.push_str("\\n"),
            ('\r', _) => text.push_str("\\r"),
            ('\t', _) => text.push_str("\\t"),
            ('\\', _) => text.push_str("\\\\"),
            (c, _) if c == quote => text.extend(['\\', c]),
            (c, _) if is_printable(c) => text.push(c),
            (_, code) => {
                let written = match code {
                    0..=0xff => write!(text, "\\x{code:02x}"),
                    0x100..=0xffff => write!(text, "\\u{code:04x}"),
                    _ => write!(text, "\\U{code:08x}"),
                };
                written.expect("a string takes all text");
            }
        }
    }
    text.push(quote);
}

/// Whether Python shows a character as it is.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Rust escapes the same categories of Unicode as Python, and, at the start of a text, marks that combine with the
    // character before them; so there is an "a" before it.
    let mut both = [b'a', 0, 0, 0, 0];
    let length = c.encode_utf8(&mut both[1..]).len();
    std::str::from_utf8(&both[..=length]).is_ok_and(|both| both.escape_debug().count() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, tags};

    #[test]
    fn values_that_are_no_short_decimals() {
        for (value, expected) in [
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (-0.0, "-0.0"),
            (0.0, "0"),
            (1e22, "1e+22"),
            (-1.5e300, "-1.5e+300"),
            (1e16, "1e+16"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (5e-324, "5e-324"),
        ] {
            let mut text = String::new();
            number(value, &mut text);
            assert_eq!(text, expected);
        }
    }

    /// What CPython 3.11 gives.
    #[test]
    fn characters_that_are_not_printable() {
        for (content, expected) in [
            ("\0\u{1b}\u{7f}", r"'\x00\x1b\x7f'"),
            ("\u{80}\u{85}\u{a0}\u{ad}", r"'\x80\x85\xa0\xad'"),
            ("\u{200b}\u{2028}\u{2029}\u{202e}\u{3000}\u{feff}", r"'\u200b\u2028\u2029\u202e\u3000\ufeff'"),
            ("\u{e0001}\u{10ffff}", r"'\U000e0001\U0010ffff'"),
            ("e\u{301}\u{301}", "'e\u{301}\u{301}'"),
            ("\u{301}é指Ω🦀", "'\u{301}é指Ω🦀'"),
            ("'\"\\", r#"'\'"\\'"#),
        ] {
            let mut text = String::new();
            string(content, &mut text);
            assert_eq!(text, expected);
        }
    }

    #[test]
    fn a_name_forges_no_line() {
        let element = MElement::new("a\nMElement(name='b", 1.0, tags! { "\r" => "\u{2028}" }, Timestamp::EPOCH);
        let mut text = String::new();
        repr(&element, &mut text);
        assert_eq!(text, r#"MElement(name="a\nMElement(name='b", value=1, tags={'\r': '\u2028'})"#);
    }
}
