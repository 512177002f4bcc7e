//! [`Slot`]: an aggregate of one group, and what a panic leaves of it.

use std::sync::Arc;

use super::recipe::{Recipe, Running};
use crate::Tags;
use crate::guard::guard;

/// An aggregate of one group, before its end.
pub(super) enum Slot {
    Trusted(Box<dyn Running>),
    Guarded(Box<dyn Running>),
    /// It has panicked.
    Void,
}

impl Slot {
    pub(super) fn trusted(recipe: Arc<dyn Recipe>) -> Self {
        Self::Trusted(recipe.start())
    }

    /// One whose panics come back as errors, with their messages.
    pub(super) fn guarded(recipe: Arc<dyn Recipe>) -> Result<Self, String> {
        guard(|| recipe.start()).map(Self::Guarded)
    }

    /// Takes one value in. A slot that panics is void from then on.
    #[inline]
    pub(super) fn step(&mut self, value: f64) -> Result<(), String> {
        match self {
            Self::Trusted(running) => running.step(value),
            Self::Guarded(running) => {
                if let Err(message) = guard(|| running.step(value)) {
                    self.give_up();
                    return Err(message);
                }
            }
            Self::Void => {}
        }
        Ok(())
    }

    #[cold]
    fn give_up(&mut self) {
        let state = std::mem::replace(self, Self::Void);
        // Dropping what is half-done may panic too: that is still the same failure.
        drop(guard(|| drop(state)));
    }

    /// Gives what it has come to. If it panics, some of that may have been given.
    pub(super) fn finish(self, emit: &mut dyn FnMut(Tags, f64)) -> Result<(), String> {
        match self {
            Self::Trusted(running) => running.finish(emit),
            Self::Guarded(running) => return guard(|| running.finish(emit)),
            Self::Void => {}
        }
        Ok(())
    }
}
