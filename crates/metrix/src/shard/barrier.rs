//! A pair of fences, one of which costs nothing.
//!
//! Dekker's way for two threads to exclude each other: each stores that it comes, and then looks whether the other has. A
//! fence must stand between the two steps on both sides. Of one that comes for nearly every value and one that comes once a
//! window, the first should not pay. On Linux [`light`] only keeps the compiler from changing the order, and [`heavy`] has the
//! kernel run a fence on every processor that runs a thread of this process (`membarrier(2)`, "private expedited"). Elsewhere
//! both are the usual fence. A kernel that has no such call, or does not let this process make it, [can't be fenced](is_there) so:
//! then nobody may rely on it.

pub(super) use fences::{heavy, is_there, light};

#[cfg(all(target_os = "linux", not(metrix_loom)))]
mod fences {
    use std::sync::OnceLock;
    use std::sync::atomic::{Ordering, compiler_fence};

    use rustix::thread::{MembarrierCommand, membarrier};

    /// The side that comes often.
    #[inline(always)]
    pub(crate) fn light() {
        compiler_fence(Ordering::SeqCst);
    }

    /// The side that comes seldom. Some microseconds.
    ///
    /// # Panics
    /// If the kernel no longer does what it did for this process before: it keeps the registration as long as the program runs.
    pub(crate) fn heavy() {
        if is_there() {
            membarrier(MembarrierCommand::PrivateExpedited).expect("a process that is registered may call membarrier");
        }
    }

    /// Whether the two are a pair. The first call takes longer.
    pub(crate) fn is_there() -> bool {
        static THERE: OnceLock<bool> = OnceLock::new();
        *THERE.get_or_init(|| {
            let registered = membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok();
            registered && membarrier(MembarrierCommand::PrivateExpedited).is_ok()
        })
    }
}

#[cfg(not(all(target_os = "linux", not(metrix_loom))))]
mod fences {
    use crate::sync::{Ordering, fence};

    #[inline(always)]
    pub(crate) fn light() {
        fence(Ordering::SeqCst);
    }

    pub(crate) fn heavy() {
        fence(Ordering::SeqCst);
    }

    pub(crate) fn is_there() -> bool {
        true
    }
}
