//! [`cut`]: a text at a mark.

/// The text up to the first `mark`, which is ASCII, and what comes after it, if it is there.
///
/// The parts of a line are so short that looking at one byte after the other is faster than a search that has to begin.
#[inline]
pub(super) fn cut(text: &str, mark: u8) -> (&str, Option<&str>) {
    match text.bytes().position(|byte| byte == mark) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn the_first_mark_cuts() {
        assert_eq!(cut("é:b:c", b':'), ("é", Some("b:c")));
        assert_eq!(cut(":", b':'), ("", Some("")));
        assert_eq!(cut("é", b':'), ("é", None));
    }
}
