//! [`Filter`]: which elements a sink is for.

use std::borrow::Cow;
use std::fmt;

use super::options::Accept;
use crate::MElement;
use crate::guard::guard;

/// Which elements a sink is for; all, if nothing else is said.
pub(super) struct Filter(Option<Accept>);

/// What a filter has let pass, and how often it panicked.
pub(super) struct Passed {
    pub(super) elements: Vec<MElement>,
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

    pub(super) fn pass(&self, batch: Cow<'_, [MElement]>) -> Passed {
        let (mut panics, mut last_panic) = (0, None);
        let Some(accept) = &self.0 else {
            return Passed { elements: batch.into_owned(), panics, last_panic };
        };
        let mut passes = |element: &MElement| {
            guard(|| accept(element)).unwrap_or_else(|message| {
                panics += 1;
                last_panic = Some(message);
                false
            })
        };
        let elements = match batch {
            Cow::Borrowed(batch) => batch.iter().filter(|element| passes(element)).cloned().collect(),
            Cow::Owned(mut batch) => {
                batch.retain(passes);
                batch
            }
        };
        Passed { elements, panics, last_panic }
    }
}

impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.passes_all() { "Filter(all)" } else { "Filter(..)" })
    }
}
