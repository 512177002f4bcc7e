//! [`Filter`]: which elements a sink is for.

use std::borrow::Cow;
use std::fmt;

use super::options::Accept;
use crate::MElement;
use crate::guard::guard;

/// Which elements a sink is for; all, if nothing else is said.
pub(super) struct Filter(Option<Accept>);

/// What a filter has let pass, and how often it panicked.
pub(super) struct Passed<'a> {
    pub(super) elements: Cow<'a, [MElement]>,
    pub(super) panics: u64,
    pub(super) last_panic: Option<String>,
}

impl Filter {
    pub(super) fn new(accept: Option<Accept>) -> Self {
        Self(accept)
    }

    /// Whether nothing was said of what it lets pass.
    pub(super) fn passes_all(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn pass<'a>(&self, batch: &'a [MElement]) -> Passed<'a> {
        let Some(accept) = &self.0 else {
            return Passed { elements: Cow::Borrowed(batch), panics: 0, last_panic: None };
        };
        let (mut panics, mut last_panic) = (0, None);
        let mut passes = |element: &&MElement| {
            guard(|| accept(element)).unwrap_or_else(|message| {
                panics += 1;
                last_panic = Some(message);
                false
            })
        };
        let elements = batch.iter().filter(&mut passes).cloned().collect();
        Passed { elements: Cow::Owned(elements), panics, last_panic }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.passes_all() { "Filter(all)" } else { "Filter(..)" })
    }
}
