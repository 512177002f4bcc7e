//! [`Later`]: what is logged once a lock is released.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Keeps log events until the lock under which they happened is released, for whoever listens may send to the same stream.
#[derive(Default)]
pub(crate) struct Later {
    any: AtomicBool,
    untold: Mutex<Vec<Tell>>,
}

type Tell = Box<dyn FnOnce() + Send>;

impl Later {
    /// Keeps a call that logs.
    pub(crate) fn put(&self, tell: impl FnOnce() + Send + 'static) {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(tell));
        self.any.store(true, Ordering::Release);
    }

    /// Makes the calls. Costs next to nothing if there are none.
    #[inline]
    pub(crate) fn tell(&self) {
        if self.any.load(Ordering::Relaxed) {
            self.tell_all();
        }
    }

    #[cold]
    fn tell_all(&self) {
        self.any.store(false, Ordering::Release);
        let untold = std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner));
        untold.into_iter().for_each(|tell| tell());
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Later").field("any", &self.any).finish_non_exhaustive()
    }
}
