//! [`Maker`]: what tells sets of the same names from others.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::Tags;

/// What sets that are made of the same names, which differ, in the same order, after the same other tags, have in common.
#[derive(Clone, Copy)]
pub(super) struct Maker {
    /// That of no others, and neither 0 nor the largest.
    pub(super) number: u32,
    /// How many other tags there are, and the length of their text.
    pub(super) before: [usize; 2],
}

impl Maker {
    pub(super) fn new(before: &Tags) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        // The largest is for all that come after four billion. It is given to no set.
        let number = NEXT.fetch_update(Relaxed, Relaxed, |next| next.checked_add(1)).unwrap_or(u32::MAX);
        Self { number, before: [before.len(), before.text_len()] }
    }
}
