//! [`Wakes`]: who is to be woken once the lock is released.

use std::collections::BTreeMap;
use std::task::Waker;

use crate::sync::MutexGuard;

/// The task of the stream, and those of the pushes that wait for room, if any do: an empty map takes longer to drop than none.
#[derive(Default)]
pub(super) struct Wakes {
    pub(super) stream: Option<Waker>,
    pub(super) pushers: Option<BTreeMap<u64, Waker>>,
}

impl Wakes {
    /// Releases the lock first, since a waker can be anything.
    #[inline]
    pub(super) fn wake_after<T>(self, lock: MutexGuard<'_, T>) {
        drop(lock);
        if let Some(stream) = self.stream {
            stream.wake();
        }
        if let Some(pushers) = self.pushers {
            pushers.into_values().for_each(Waker::wake);
        }
    }
}
