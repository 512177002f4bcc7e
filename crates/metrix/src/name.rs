//! Which names streams, sinks and aggregates may have.

/// Whether something can be called so: a name has one or more characters, none of them a control character. In logs and
/// metrics, where names stand, a line break would forge a line.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn what_would_forge_a_line_is_no_name() {
        assert!(["n", " ", "naïve name, {}", "🦀"].into_iter().all(is_name));
        assert!(!["", "a\nb", "\u{7f}", "\u{0}", "\u{1b}[2J", "\u{85}"].into_iter().any(is_name));
    }
}
