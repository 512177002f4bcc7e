//! [`Slot`]: a small number for a stream.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A number that no other has as long as this one is there, and as low as can be: threads keep what they have of streams in
/// rows, by their numbers.
#[derive(Debug)]
pub(super) struct Slot(usize);

struct Numbers {
    /// Those that were given back.
    free: Vec<usize>,
    next: usize,
}

static NUMBERS: Mutex<Numbers> = Mutex::new(Numbers { free: Vec::new(), next: 0 });

impl Slot {
    /// Takes one that is free.
    pub(super) fn take() -> Self {
        let mut numbers = lock();
        Self(numbers.free.pop().unwrap_or_else(|| {
            numbers.next += 1;
            numbers.next - 1
        }))
    }

    #[inline]
    pub(super) fn number(&self) -> usize {
        self.0
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        lock().free.push(self.0);
    }
}

fn lock() -> MutexGuard<'static, Numbers> {
    NUMBERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, not(metrix_loom)))]
mod tests {
    use super::*;

    #[test]
    fn numbers_differ_among_those_that_are_there_and_are_used_again() {
        // Other tests of this process have some meanwhile.
        for _ in 0..1000 {
            let slots = [(); 5].map(|()| Slot::take());
            assert!((1..5).all(|one| (0..one).all(|other| slots[one].number() != slots[other].number())));
        }
        assert!(Slot::take().number() < 1000);
    }
}
