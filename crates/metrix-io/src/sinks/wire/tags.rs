//! [`CleanTags`]: the tags of an element, as a protocol allows them.

use std::borrow::Cow;

use metrix::{MElement, Tags};

/// The tags of an element, as a protocol allows them: in the order of their names, each name once.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sinks) struct CleanTags<'a> {
    pub(in crate::sinks) tags: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// How many gave way to another one whose name is the same when it is clean.
    pub(in crate::sinks) merged: usize,
}

impl<'a> CleanTags<'a> {
    /// The element's, and of the defaults those whose names it lacks; cleaned, both of them.
    pub(in crate::sinks) fn of(
        element: &'a MElement,
        defaults: &'a Tags,
        name: impl Fn(&'a str) -> Cow<'a, str>,
        value: impl Fn(&'a str) -> Cow<'a, str>,
    ) -> Self {
        let clean = |(tag, text): (&'a str, &'a str)| (name(tag), value(text));
        let mut tags: Vec<_> = element.tags.iter().map(clean).collect();
        let given = tags.len();
        // Of equal names the last one stays, as in `Tags`.
        tags.reverse();
        tags.sort_by(|a, b| a.0.cmp(&b.0));
        tags.dedup_by(|later, kept| later.0 == kept.0);
        let merged = given - tags.len();
        for (tag, text) in defaults.iter().map(clean) {
            if let Err(place) = tags.binary_search_by(|known| known.0.cmp(&tag)) {
                tags.insert(place, (tag, text));
            }
        }
        Self { tags, merged }
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};

    use super::*;
    use crate::sinks::wire::clean;

    #[test]
    fn names_are_there_once() {
        let element = MElement::new("n", 1.0, tags! { "a b" => 1, "a_b" => 2, "c" => "d e" }, Timestamp::EPOCH);
        let defaults = tags! { "a\nb" => "no", "host" => "x" };
        let underscored = |text| clean(text, |char| !char.is_whitespace());
        let clean = CleanTags::of(&element, &defaults, underscored, underscored);
        let tags: Vec<(&str, &str)> = clean.tags.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!((tags, clean.merged), (vec![("a_b", "2"), ("c", "d_e"), ("host", "x")], 1));
    }
}
