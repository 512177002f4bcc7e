//! [`Counters`]: which elements are added up.

use crate::Glob;
use crate::prometheus_series::metric_name;

/// Patterns of the names of counters. They are compared with clean names, and are clean themselves but for their `*` and `?`,
/// so that whether a series is a counter depends on nothing but the name that Prometheus sees.
#[derive(Clone, Debug)]
pub(super) struct Counters(Vec<Glob>);

impl Counters {
    pub(super) fn new<P: AsRef<str>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self(patterns.into_iter().map(|pattern| Glob::new(clean(pattern.as_ref()))).collect())
    }

    /// Whether this is the name of a counter, with the suffix that counters have or without it.
    pub(super) fn has(&self, name: &str) -> bool {
        let short = without_suffix(name);
        self.0.iter().any(|glob| glob.matches(name) || glob.matches(short))
    }
}

/// A name without the suffix that counters have.
pub(super) fn without_suffix(name: &str) -> &str {
    name.strip_suffix("_total").filter(|short| !short.is_empty()).unwrap_or(name)
}

/// A pattern in clean characters. One that is a name has no suffix, as counters get it anyway; one with wildcards keeps it,
/// since `*_total` is by no means `*`.
fn clean(pattern: &str) -> String {
    let mut clean = String::new();
    let mut rest = pattern;
    while let Some(place) = rest.find(['*', '?']) {
        let (text, wild) = rest.split_at(place);
        push(text, &mut clean);
        clean.push_str(&wild[..1]);
        rest = &wild[1..];
    }
    push(rest, &mut clean);
    if pattern.contains(['*', '?']) { clean } else { without_suffix(&clean).to_owned() }
}

/// Only at the beginning of a name a digit gets an underscore.
fn push(text: &str, clean: &mut String) {
    if text.is_empty() {
        return;
    }
    let name = metric_name(text);
    let is_inside = !clean.is_empty() && text.starts_with(|char: char| char.is_ascii_digit());
    clean.push_str(if is_inside { &name[1..] } else { &name });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_of_the_names_before_or_after() {
        for (pattern, name, expected) in [
            ("*.count", "requests_count", true),
            ("*_count", "requests_count", true),
            ("*.count", "count", false),
            ("requests.*", "requests_2xx", true),
            ("*.2xx", "requests_2xx", true),
            ("2xx.*", "_2xx_count", true),
            ("requests.?um", "requests_sum", true),
            ("requests_total", "requests", true),
            ("requests", "requests_total", true),
            ("*_total", "requests_total", true),
            ("*.total", "requests_total", true),
            ("*_total", "requests_mean", false),
            ("*.total", "total", false),
            ("requests.*_total", "requests_mean", false),
            ("*_count", "requests_count_total", true),
            ("*", "anything", true),
            ("", "anything", false),
        ] {
            assert_eq!(Counters::new([pattern]).has(name), expected, "{pattern} {name}");
        }
        assert!(!Counters::new::<&str>([]).has("requests_count"));
    }
}
