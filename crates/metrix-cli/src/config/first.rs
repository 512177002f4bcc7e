//! [`First`]: what may be there once.

use std::collections::HashSet;

use super::problem::Problems;

/// What may be there once.
#[derive(Debug)]
pub(super) struct First {
    /// What to say of a text that is there again.
    twice: fn(&str) -> String,
    seen: HashSet<String>,
}

impl First {
    pub(super) fn new(twice: fn(&str) -> String) -> Self {
        Self { twice, seen: HashSet::new() }
    }

    /// Reports one that was there before.
    pub(super) fn check(&mut self, one: Option<One<'_>>, problems: &Problems) {
        let Some(One { at, is }) = one else { return };
        if !self.seen.insert(is.to_owned()) {
            problems.wrong(at, (self.twice)(is));
        }
    }
}

/// One of what may be there once.
#[derive(Clone, Copy, Debug)]
pub(super) struct One<'a> {
    /// The byte where it says so.
    pub(super) at: usize,
    pub(super) is: &'a str,
}
