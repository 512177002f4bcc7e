//! [`fault`]: a fault in a line, with the place of the part that it is in.

use crate::LineError;

/// So many characters of a line are shown in a message; a line may be long.
const SHOWN: usize = 40;

/// A fault of this kind in `part`, which is a part of `line`.
#[cold]
pub(super) fn fault(line: &str, part: &str, kind: &'static str, message: impl Into<String>) -> LineError {
    LineError::new(kind, part.as_ptr() as usize - line.as_ptr() as usize, message)
}

/// The text in quotes, cut where it is long.
#[cold]
pub(super) fn quote(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_is_where_the_part_begins() {
        let line = "ab:c|d";
        assert_eq!(fault(line, &line[3..4], "value", "x").column, 3);
        assert_eq!(fault(line, &line[6..], "value", "x").column, 6);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(quote("é\n"), r#""é\n""#);
        assert_eq!(quote(&"é".repeat(40)), format!("{:?}", "é".repeat(40)));
        assert_eq!(quote(&"é".repeat(41)), format!("{:?}...", "é".repeat(40)));
    }
}
