//! [`excerpt`]: what an error shows of a line.

/// The most that is shown, in characters.
const MOST: usize = 60;

/// A text as an error may show it: without control characters, and but for the rest of a long one, since a line may have a
/// megabyte.
pub(super) fn excerpt(text: &str) -> String {
    let mut shown = text.chars();
    let mut excerpt = String::new();
    for shown in shown.by_ref().take(MOST) {
        match shown {
            '"' | '\'' | '\\' => excerpt.push(shown),
            _ => excerpt.extend(shown.escape_debug()),
        }
    }
    if !shown.as_str().is_empty() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_wild_texts_are_tamed() {
        assert_eq!(excerpt("\"a\\\"\n\u{1b}[2J\u{202e}"), "\"a\\\"\\n\\u{1b}[2J\\u{202e}");
        assert_eq!(excerpt(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(excerpt(&"é".repeat(61)), "é".repeat(60) + "…");
    }
}
