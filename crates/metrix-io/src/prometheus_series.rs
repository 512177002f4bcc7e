//! [`PrometheusSeries`]: a name and labels that Prometheus takes.

use std::borrow::Cow;

use metrix::{MElement, Tags};

/// More than this a series can't have, in bytes of its name and labels together: so their number bounds memory.
const MOST_TEXT: usize = 8 << 10;

/// The name and labels of an element as Prometheus takes them. How they are made clean, the docs of the sinks say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PrometheusSeries<'a> {
    pub(crate) name: Cow<'a, str>,
    /// In the order of their names, each name once, and no value empty.
    pub(crate) labels: Vec<(Cow<'a, str>, &'a str)>,
    /// How many tags gave way to another one whose name is the same when it is clean.
    pub(crate) merged: usize,
}

impl<'a> PrometheusSeries<'a> {
    /// The series of an element, or why it is none.
    pub(crate) fn new(element: &'a MElement) -> Result<Self, String> {
        let labels = labels(&element.tags);
        let name = metric_name(&element.name);
        let text = labels.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() + name.len();
        if text > MOST_TEXT {
            return Err(format!("its name and tags have {text} bytes, more than {MOST_TEXT}: shorten them"));
        }
        let given = element.tags.iter().filter(|(_, value)| !value.is_empty()).count();
        let merged = given - labels.len();
        Ok(Self { name, labels, merged })
    }
}

/// The labels of tags, in the order of their names, each name once, and no value empty.
pub(crate) fn labels(tags: &Tags) -> Vec<(Cow<'_, str>, &str)> {
    let given = tags.iter().filter(|(_, value)| !value.is_empty());
    let mut labels: Vec<_> = given.map(|(name, value)| (label_name(name), value)).collect();
    // Of equal names the last one stays, as in `Tags`.
    labels.reverse();
    labels.sort_by(|a, b| a.0.cmp(&b.0));
    labels.dedup_by(|later, kept| later.0 == kept.0);
    labels
}

/// A name of a metric: letters, digits and underscores, of ASCII, and no digit first.
pub(crate) fn metric_name(text: &str) -> Cow<'_, str> {
    clean(text)
}

/// A name of a label: the same, without two underscores first, by which Prometheus tells its own.
fn label_name(text: &str) -> Cow<'_, str> {
    let clean = clean(text);
    if !clean.starts_with("__") {
        return clean;
    }
    Cow::Owned(format!("_{}", clean.trim_start_matches('_')))
}

fn clean(text: &str) -> Cow<'_, str> {
    let is_clean = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let begins_right = text.starts_with(|char: char| is_clean(char) && !char.is_ascii_digit());
    if begins_right && text.chars().all(is_clean) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 1);
    if text.is_empty() || text.starts_with(|char: char| char.is_ascii_digit()) {
        clean.push('_');
    }
    clean.extend(text.chars().map(|char| if is_clean(char) { char } else { '_' }));
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    fn element(name: &str, tags: Tags) -> MElement {
        MElement::new(name, 1.0, tags, Timestamp::EPOCH)
    }

    #[test]
    fn names_become_clean() {
        for (text, metric, label) in [
            ("requests_2", "requests_2", "requests_2"),
            ("requests.count", "requests_count", "requests_count"),
            ("a:b", "a_b", "a_b"),
            ("2xx", "_2xx", "_2xx"),
            ("", "_", "_"),
            ("größe", "gr__e", "gr__e"),
            ("a\nb", "a_b", "a_b"),
            ("__name__", "__name__", "_name__"),
            ("日本", "__", "_"),
        ] {
            assert_eq!((&*metric_name(text), &*label_name(text)), (metric, label), "{text}");
        }
    }

    #[test]
    fn labels_are_sorted_and_none_is_there_twice_or_empty() {
        let element = element("n", tags! { "b" => 1, "a.b" => 2, "a_b" => 3, "a-b" => "", "Z" => "é\n" });
        let series = PrometheusSeries::new(&element).unwrap();
        let labels: Vec<(&str, &str)> = series.labels.iter().map(|(name, value)| (&**name, *value)).collect();
        assert_eq!((labels, series.merged), (vec![("Z", "é\n"), ("a_b", "3"), ("b", "1")], 1));
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(PrometheusSeries::new(&element("n", tags! { "a" => "x".repeat(MOST_TEXT - 2) })).is_ok());
        let long = element("n", tags! { "a" => "x".repeat(MOST_TEXT - 1) });
        let error = PrometheusSeries::new(&long).unwrap_err();
        assert_eq!(error, "its name and tags have 8193 bytes, more than 8192: shorten them");
    }

    proptest! {
        #[test]
        fn whatever_comes_is_of_the_grammar(text in any::<String>()) {
            let is_right = |name: &str| {
                let mut chars = name.chars();
                chars.next().is_some_and(|first| first == '_' || first.is_ascii_alphabetic())
                    && chars.all(|char| char == '_' || char.is_ascii_alphanumeric())
            };
            prop_assert!(is_right(&metric_name(&text)));
            let label = label_name(&text);
            prop_assert!(is_right(&label) && !label.starts_with("__"));
        }
    }
}
