//! [`Cut`]: which windows of a stream are left to the next run.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use metrix::{MElement, Timestamp};

/// Which windows of a stream are left to the next run: those that the end of this one cuts short, where what is in them comes again.
#[derive(Debug)]
pub(crate) struct Cut {
    /// Those that end after this, in nanoseconds.
    after: AtomicI64,
    left: AtomicU64,
}

impl Default for Cut {
    fn default() -> Self {
        Self { after: AtomicI64::new(i64::MAX), left: AtomicU64::new(0) }
    }
}

impl Cut {
    /// Those that end after this are left to the next run.
    pub(super) fn after(&self, until: Timestamp) {
        self.after.store(until.as_nanos(), Ordering::Release);
    }

    /// Whether an element of a window is for the sinks; counts it if not.
    pub(crate) fn passes(&self, element: &MElement) -> bool {
        let passes = element.start.is_none() || element.at.as_nanos() <= self.after.load(Ordering::Acquire);
        self.left.fetch_add(u64::from(!passes), Ordering::Relaxed);
        passes
    }

    /// How many elements were left to the next run.
    pub(crate) fn left(&self) -> u64 {
        self.left.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use metrix::tags;

    use super::*;

    #[test]
    fn what_is_no_window_passes() {
        let cut = Cut::default();
        let batch = MElement::new("n", 1.0, tags! {}, Timestamp::from_secs(30));
        let mut window = batch.clone();
        window.start = Some(Timestamp::from_secs(20));
        assert!(cut.passes(&window));
        cut.after(Timestamp::from_secs(30));
        assert!(cut.passes(&window));
        cut.after(Timestamp::from_secs(20));
        assert!(!cut.passes(&window) && cut.passes(&batch));
        assert_eq!(cut.left(), 1);
    }
}
