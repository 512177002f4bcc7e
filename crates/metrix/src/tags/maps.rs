//! Maps as a [`TagSet`]. They can't be looked through in order, so that each question makes a set of them.

use std::collections::{BTreeMap, HashMap};

use super::tag_set::sealed::Sealed;
use super::{TagSet, Tags};

macro_rules! maps {
    ($(impl[$($hasher:tt)*] $type:ty;)+) => {$(
        impl<N: AsRef<str>, V: AsRef<str>, $($hasher)*> Sealed for $type {}

        impl<N: AsRef<str>, V: AsRef<str>, $($hasher)*> TagSet for $type {
            fn to_tags(&self) -> Tags {
                self.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect()
            }

            fn text_len(&self) -> usize {
                self.iter().map(|(name, value)| name.as_ref().len() + value.as_ref().len()).sum()
            }

            fn hash_over(&self, defaults: &Tags) -> u64 {
                self.to_tags().hash_over(defaults)
            }

            fn is_over(&self, defaults: &Tags, tags: &Tags) -> bool {
                self.to_tags().is_over(defaults, tags)
            }
        }
    )+};
}

maps! {
    impl[] BTreeMap<N, V>;
    impl[S] HashMap<N, V, S>;
}
