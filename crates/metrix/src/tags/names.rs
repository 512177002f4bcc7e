//! [`Names`]: names that are known before their values, and [`Named`]: the two as a [`TagSet`].

use std::fmt;
use std::sync::Arc;

use super::hash::{NameSeeds, Seeds};
use super::maker::Maker;
use super::tag_set::sealed::Sealed;
use super::{TagSet, Tags, given};

/// Names that come with other values each time, over tags that have none of these names.
#[derive(Clone)]
pub(crate) struct Names<const LEN: usize> {
    names: [Name; LEN],
    /// Whether a name is given twice.
    is_repeated: bool,
    /// Makes sets over the same tags, if no name is given twice.
    maker: Maker,
}

#[derive(Clone)]
struct Name {
    text: Arc<str>,
    seeds: NameSeeds,
}

impl<const LEN: usize> Names<LEN> {
    /// These names, in any order, and those of `tags` that lie below them: whose names are others.
    pub(crate) fn over(names: [&str; LEN], tags: &Tags) -> (Self, Tags) {
        let below = tags.without(names);
        let is_repeated = names.map(|name| (name, "")).to_tags().len() < LEN;
        let seeds = Seeds::get();
        let names = names.map(|name| Name { text: name.into(), seeds: seeds.of(name) });
        (Self { names, is_repeated, maker: Maker::new(&below) }, below)
    }

    /// The names, as they were given.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &*name.text)
    }

    /// The names with these values.
    #[inline(always)]
    pub(crate) fn with<'a, V: AsRef<str>>(&'a self, values: &'a [V; LEN]) -> Named<'a, V, LEN> {
        Named { names: self, values }
    }
}

impl<const LEN: usize> fmt::Debug for Names<LEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// [`Names`] and their values.
pub(crate) struct Named<'a, V, const LEN: usize> {
    names: &'a Names<LEN>,
    values: &'a [V; LEN],
}

impl<V: AsRef<str>, const LEN: usize> Named<'_, V, LEN> {
    #[inline(always)]
    fn pairs(&self) -> impl ExactSizeIterator<Item = (&Name, &str)> + Clone {
        self.names.names.iter().zip(self.values).map(|(name, value)| (name, value.as_ref()))
    }
}

impl<V: AsRef<str>, const LEN: usize> Sealed for Named<'_, V, LEN> {}

impl<V: AsRef<str>, const LEN: usize> TagSet for Named<'_, V, LEN> {
    fn to_tags(&self) -> Tags {
        self.pairs().map(|(name, value)| (&*name.text, value)).collect()
    }

    /// `below` are those that [`Names::over`] has given.
    fn over(self, below: &Tags) -> Tags {
        let tags = self.to_tags().or(below);
        if self.names.is_repeated { tags } else { tags.made_by(self.names.maker) }
    }

    fn text_len(&self) -> usize {
        self.pairs().map(|(name, value)| name.text.len() + value.len()).sum()
    }

    #[inline(always)]
    fn hash_over(&self, below: &Tags) -> u64 {
        if self.names.is_repeated {
            return self.to_tags().hash_over(below);
        }
        self.pairs().fold(below.sum(), |hash, (name, value)| hash.wrapping_add(name.seeds.pair(value)))
    }

    /// `below` are those that [`Names::over`] has given, which have none of the names.
    #[inline(always)]
    fn is_over(&self, below: &Tags, tags: &Tags) -> bool {
        let values = self.pairs().map(|(name, value)| (name.text.len(), value));
        if tags.0.as_ref().is_some_and(|set| set.is_made_of::<LEN>(self.names.maker, values)) {
            return true;
        }
        self.is_over_any(below, tags)
    }
}

impl<V: AsRef<str>, const LEN: usize> Named<'_, V, LEN> {
    /// Whether the tags are these over `below`, whoever has made them.
    #[inline(never)]
    fn is_over_any(&self, below: &Tags, tags: &Tags) -> bool {
        if self.names.is_repeated {
            return self.to_tags().is_over(below, tags);
        }
        given::is_over(self.pairs().map(|(name, value)| (&*name.text, value)), below, tags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tags;

    #[track_caller]
    fn check<const LEN: usize>(names: [&str; LEN], values: [&str; LEN]) {
        let (names, below) = Names::over(names, &tags! { "b" => "1", "d" => "2", "e" => "3" });
        assert_eq!(below, tags! { "b" => "1", "d" => "2" });
        let given = names.with(&values);
        let all = tags! { "a" => "7", "b" => "1", "c" => "8", "d" => "2", "e" => "6" };
        assert_eq!((given.to_tags().or(&below), given.text_len()), (all.clone(), 2 * LEN));
        assert_eq!(given.hash_over(&below), all.sum());
        assert!(given.is_over(&below, &all));
        for (name, _) in all.iter() {
            assert!(!given.is_over(&below, &all.with(name, "9")), "another value of {name}");
            assert!(!given.is_over(&below, &all.without([name])), "without {name}");
            assert!(!given.is_over(&below, &all.without([name]).with("f", "9")), "another name than {name}");
        }
        assert!(!given.is_over(&below, &all.with("f", "9")));
        assert!(!given.is_over(&below, &Tags::NONE));
    }

    #[test]
    fn what_is_not_the_set_is_told_from_it() {
        check(["c", "e", "a"], ["8", "6", "7"]);
        check(["c", "e", "a", "c"], ["5", "6", "7", "8"]);
    }

    #[test]
    fn sets_that_names_have_made_are_told_by_the_values_from_all_others() {
        let [long, longer] = [200, 300].map(|len| "x".repeat(len));
        let values = ["", "a", "ab", "b", "politics", "a value of more than 16 bytes", &long, &longer];
        let few = tags! { "b" => "1", "d" => "2" };
        let many: Tags = ["f", "g", "h", "i", "j", "k", "l"].map(|name| (name, "1")).into_iter().collect();
        for below in [Tags::NONE, few, many] {
            let made = ["c", "a"].map(|first| Names::over([first, "e"], &below).0);
            let [names, others] = &made;
            // All pairs of two values, which may read the same one after the other.
            let pairs: Vec<[&str; 2]> = values.iter().flat_map(|&one| values.map(|other| [one, other])).collect();
            let sets: Vec<Tags> = pairs.iter().map(|pair| names.with(pair).over(&below)).collect();
            for (place, set) in sets.iter().enumerate() {
                assert_eq!(*set, names.with(&pairs[place]).to_tags().or(&below));
                for (other, pair) in pairs.iter().enumerate() {
                    assert_eq!(names.with(pair).is_over(&below, set), place == other, "{pair:?} and {set}");
                    assert!(!others.with(pair).is_over(&below, set), "other names");
                }
                let again = Names::over(["c", "e"], &below).0;
                assert!(again.with(&pairs[place]).is_over(&below, set), "the same names once more");
            }
        }
    }

    #[test]
    fn no_names_are_no_tags() {
        let (names, below) = Names::over([], &tags! { "b" => "1" });
        let given = names.with::<&str>(&[]);
        assert!(given.is_over(&below, &below) && !given.is_over(&below, &Tags::NONE));
        assert_eq!((given.hash_over(&below), given.to_tags()), (below.sum(), Tags::NONE));
    }
}
