//! [`Turns`]: how often a thread may still go to what it owns, and whether it is there.

use super::barrier;
use crate::sync::{AtomicI64, Ordering};

/// How many turns the owner has; less [`BUSY`] while it is at the state. Both in one number, so that a turn is one load and two stores.
///
/// Only the owner writes it, in three ways: as a turn begins, if it isn't busy; as that ends; and in between neither, if it is given others.
#[derive(Debug)]
pub(super) struct Turns(AtomicI64);

/// More than anybody has, so that it is busy whose number is negative.
const BUSY: i64 = 1 << 31;

/// Says on its way out that the owner has left, also if that is by a panic.
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    /// How many it has then.
    left: i64,
}

impl Turns {
    pub(super) fn none() -> Self {
        Self(AtomicI64::new(0))
    }

    /// The owner is at the state from now on, if it isn't there already, and has so many turns.
    #[inline]
    pub(super) fn begin(&self, needed: i64) -> Option<Turn<'_>> {
        let left = self.0.load(Ordering::Relaxed);
        if left < needed {
            return None;
        }
        self.0.store(left - BUSY, Ordering::Relaxed);
        barrier::light();
        Some(Turn { turns: self, left })
    }

    /// Whether the owner is at the state. If not, all that it has done there is seen.
    pub(super) fn is_busy(&self) -> bool {
        self.0.load(Ordering::Acquire) < 0
    }

    /// How many there are.
    pub(super) fn left(&self) -> u64 {
        let left = self.0.load(Ordering::Relaxed);
        (if left < 0 { left + BUSY } else { left }) as u64
    }

    /// Gives the owner others, if it isn't at the state; says whether it has them.
    pub(super) fn set(&self, turns: u64) -> bool {
        assert!(turns < BUSY as u64, "nobody has so many turns");
        let is_away = !self.is_busy();
        if is_away {
            self.0.store(turns as i64, Ordering::Release);
        }
        is_away
    }
}

impl Turn<'_> {
    /// How many there are after this one.
    #[inline]
    pub(super) fn after(&self) -> u64 {
        self.left as u64 - 1
    }

    /// It counts.
    #[inline]
    pub(super) fn count(&mut self) {
        self.left -= 1;
    }
}

impl Drop for Turn<'_> {
    #[inline]
    fn drop(&mut self) {
        self.turns.0.store(self.left, Ordering::Release);
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_turn_counts_only_if_it_is_said_to() {
        let turns = Turns::none();
        assert!(turns.begin(1).is_none() && turns.begin(0).is_some());
        assert!(turns.set(2));
        drop(turns.begin(1));
        assert_eq!(turns.left(), 2);
        for left in [1, 0] {
            let mut turn = turns.begin(1).expect("there are some");
            assert_eq!(turn.after(), left);
            turn.count();
        }
        assert!(turns.begin(1).is_none());
        assert_eq!(turns.left(), 0);
    }

    #[test]
    fn who_is_busy_gets_neither_another_turn_nor_others() {
        let turns = Turns::none();
        assert!(turns.set(BUSY as u64 - 1) && !turns.is_busy());
        let turn = turns.begin(1);
        assert!(turns.is_busy() && turns.begin(0).is_none() && !turns.set(7));
        assert_eq!(turns.left(), BUSY as u64 - 1);
        drop(turn);
        assert!(!turns.is_busy() && turns.set(7));
        assert!(catch_unwind(AssertUnwindSafe(|| turns.set(BUSY as u64))).is_err());
        assert_eq!(turns.left(), 7);
    }
}
