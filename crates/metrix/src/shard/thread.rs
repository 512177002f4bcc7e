//! The numbers of threads, none of which is ever used again.

#[cfg(not(metrix_loom))]
mod number {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicU64, Ordering};

    thread_local! {
        /// 0 as long as nobody has asked.
        static NUMBER: Cell<u64> = const { Cell::new(0) };
    }

    /// The number of this thread, or 0 if it has none yet.
    #[inline(always)]
    pub(crate) fn known() -> u64 {
        NUMBER.get()
    }

    /// The number of this thread: 1 or more.
    pub(crate) fn this() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        if NUMBER.get() == 0 {
            NUMBER.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        NUMBER.get()
    }
}

#[cfg(metrix_loom)]
mod number {
    use std::hash::{DefaultHasher, Hash, Hasher};

    pub(crate) fn known() -> u64 {
        this()
    }

    pub(crate) fn this() -> u64 {
        let mut hasher = DefaultHasher::new();
        loom::thread::current().id().hash(&mut hasher);
        hasher.finish().max(1)
    }
}

pub(crate) use number::{known, this};
