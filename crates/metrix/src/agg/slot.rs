//! [`Slot`]: an aggregate of one group, and what a panic leaves of it.

use std::num::NonZeroU32;
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

    /// Takes one value in so many times, and says how many times too few.
    pub(super) fn step_times(&mut self, value: f64, times: NonZeroU32) -> Result<u32, String> {
        match self {
            Self::Trusted(running) => Ok(running.step_times(value, times)),
            Self::Guarded(running) => guard(|| running.step_times(value, times)).inspect_err(|_| self.give_up()),
            Self::Void => Ok(0),
        }
    }

    /// Adds a later part of the group. If this panics, or one of the two has, what is left is void.
    pub(super) fn merge(&mut self, later: Self) -> Result<(), String> {
        let merged = match (&mut *self, later) {
            (Self::Trusted(running), Self::Trusted(later)) => {
                running.merge(later);
                return Ok(());
            }
            (Self::Guarded(running), Self::Guarded(later)) => guard(|| running.merge(later)),
            // Which was counted when it happened.
            (_, later) => {
                drop(guard(|| drop(later)));
                self.give_up();
                return Ok(());
            }
        };
        if merged.is_err() {
            self.give_up();
        }
        merged
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
