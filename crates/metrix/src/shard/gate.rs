//! [`Gate`]: whether threads may go to what they own without asking.

use crate::sync::{AtomicU64, Ordering};

/// Open or shut, by a number that only grows: odd while it is open. A pass is the number of the opening that it is for, so
/// that none ever holds for a later one.
#[derive(Debug)]
pub(crate) struct Gate(AtomicU64);

/// Shut, and never opened again.
const CLOSED: u64 = u64::MAX - 1;

impl Gate {
    /// A gate that is shut.
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Its number now.
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Whether passes are given for this number.
    #[inline]
    pub(super) fn is_open_at(number: u64) -> bool {
        number % 2 == 1
    }

    /// Whether it is open now.
    pub(crate) fn is_open(&self) -> bool {
        Self::is_open_at(self.number())
    }

    /// Opens it, unless something has happened since it had this number; says whether it has.
    pub(crate) fn open_if(&self, number: u64) -> bool {
        let may = !Self::is_open_at(number) && number != CLOSED;
        may && self.0.compare_exchange(number, number + 1, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    /// Shuts it. One that is shut gets another number even so, so that nobody opens it who has looked before.
    pub(crate) fn shut(&self) {
        let mut number = self.0.load(Ordering::Relaxed);
        while number != CLOSED {
            match self.0.compare_exchange(number, (number | 1) + 1, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => number = now,
            }
        }
    }

    /// Opens it if it was open when it had this number, and has been shut only once since: by whoever asks.
    pub(crate) fn open_again(&self, number: u64) {
        if Self::is_open_at(number) {
            self.open_if(number + 1);
        }
    }

    /// Shuts it for good.
    pub(crate) fn close(&self) {
        self.0.store(CLOSED, Ordering::Release);
    }

    /// Whether it is shut for good.
    pub(crate) fn is_closed(&self) -> bool {
        self.number() == CLOSED
    }
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;

    #[test]
    fn it_opens_only_for_who_has_seen_the_last_of_it() {
        let gate = Gate::new();
        let before = gate.number();
        gate.shut();
        gate.open_if(before);
        assert!(!Gate::is_open_at(gate.number()));
        gate.open_if(gate.number());
        let open = gate.number();
        assert!(Gate::is_open_at(open));
        gate.open_if(open);
        assert_eq!(gate.number(), open);
        gate.shut();
        gate.open_again(open);
        let again = gate.number();
        assert!(Gate::is_open_at(again) && again > open);
        gate.shut();
        gate.shut();
        gate.open_again(again);
        assert!(!Gate::is_open_at(gate.number()), "somebody else has shut it");
        gate.close();
        gate.shut();
        gate.open_if(gate.number());
        assert!(gate.is_closed());
    }
}
