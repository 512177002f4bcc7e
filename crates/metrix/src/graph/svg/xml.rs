//! [`Xml`]: text within XML.

use std::fmt::{self, Write as _};

/// Shows a text as XML has it, in an element or a quoted attribute. What XML has no form for becomes a space, as do line
/// breaks.
///
/// ```
/// use metrix::Xml;
///
/// assert_eq!(format!("<text>{}</text>", Xml("p99 < 1 s")), "<text>p99 &lt; 1 s</text>");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Xml<'a>(pub &'a str);

impl fmt::Display for Xml<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&apos;")?,
                '\u{fffe}' | '\u{ffff}' => f.write_char(' ')?,
                c if c.is_control() => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Xml;

    #[test]
    fn markup_and_what_xml_cannot_hold_are_gone() {
        let hostile = "</text><script>alert('1' & \"2\")</script>\0\u{1b}\n\u{ffff}é";
        let expected = "&lt;/text&gt;&lt;script&gt;alert(&apos;1&apos; &amp; &quot;2&quot;)&lt;/script&gt;    é";
        assert_eq!(Xml(hostile).to_string(), expected);
    }
}
