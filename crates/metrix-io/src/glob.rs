//! [`Glob`]: names by a pattern.

/// A pattern of names, in which `*` stands for any characters, dots and none too, and `?` for any one. Case counts, and nothing is
/// escaped.
///
/// ```
/// use metrix_io::Glob;
///
/// let cores = Glob::new("cpu.*");
/// assert!(cores.matches("cpu.usage") && cores.matches("cpu."));
/// assert!(!cores.matches("cpu") && !cores.matches("CPU.usage"));
/// assert!(Glob::new("load.1").is_plain() && !cores.is_plain());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob(String);

impl Glob {
    /// The pattern; any text is one.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// The pattern.
    ///
    /// ```
    /// assert_eq!(metrix_io::Glob::new("cpu.*").as_str(), "cpu.*");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is neither a `*` nor a `?` in it, so that it matches itself and nothing else.
    pub fn is_plain(&self) -> bool {
        self.prefix().len() == self.0.len()
    }

    /// What all that match begin with: the pattern up to its first `*` or `?`.
    ///
    /// ```
    /// assert_eq!(metrix_io::Glob::new("cpu.*.mean").prefix(), "cpu.");
    /// ```
    pub fn prefix(&self) -> &str {
        let end = self.0.find(['*', '?']).unwrap_or(self.0.len());
        &self.0[..end]
    }

    /// Whether all of the text is as the pattern says. It takes at most as many steps as the lengths multiplied.
    pub fn matches(&self, text: &str) -> bool {
        let (mut pattern, mut text) = (&*self.0, text);
        // What follows the last star, and the text that is left when the star takes one character more.
        let mut star = None;
        loop {
            let (mut wanted, mut given) = (pattern.chars(), text.chars());
            match (wanted.next(), given.next()) {
                (Some('*'), _) => {
                    pattern = wanted.as_str();
                    star = Some((pattern, text));
                }
                (Some(one), Some(other)) if one == '?' || one == other => {
                    (pattern, text) = (wanted.as_str(), given.as_str());
                }
                (None, None) => return true,
                _ => {
                    let Some((after, from)) = star else { return false };
                    let mut rest = from.chars();
                    if rest.next().is_none() {
                        return false;
                    }
                    (pattern, text) = (after, rest.as_str());
                    star = Some((after, text));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn patterns_are_as_people_know_them() {
        for (pattern, text, expected) in [
            ("cpu.*", "cpu.usage.mean", true),
            ("cpu.*", "cpu", false),
            ("cpu.*", "gpu.usage", false),
            ("*.mean", "cpu.usage.mean", true),
            ("*.mean", "cpu.usage.mean.", false),
            ("c?u", "cöu", true),
            ("c?u", "cu", false),
            ("a*b*c", "a-b-b-c", true),
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a\nb\0c", true),
            ("[a]", "[a]", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        let glob = Glob::new("*a".repeat(100));
        assert!(!glob.matches(&("a".repeat(10_000) + "b")));
    }

    /// By the definition.
    fn by_definition(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            (['*', rest @ ..], text) => (0..=text.len()).any(|taken| by_definition(rest, &text[taken..])),
            (['?', pattern @ ..], [_, text @ ..]) => by_definition(pattern, text),
            ([one, pattern @ ..], [other, text @ ..]) => one == other && by_definition(pattern, text),
            ([], []) => true,
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn it_matches_by_the_definition(pattern in "[ab*?]{0,8}", text in "[abé]{0,8}") {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let glob = Glob::new(&*pattern);
            prop_assert_eq!(glob.matches(&text), by_definition(&chars(&pattern), &chars(&text)));
            prop_assert!(!glob.matches(&text) || text.starts_with(glob.prefix()));
        }
    }
}
