//! [`Refusals`]: what a recorder does not take, counted, and logged the first time.

use std::sync::atomic::{AtomicU64, Ordering};

use super::RecorderStats;

/// Why a metric has no handle, or one that isn't kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Name,
    TooMany,
    ShutDown,
    NotKept,
}

#[derive(Debug, Default)]
pub(super) struct Refusals {
    bad_names: AtomicU64,
    too_many: AtomicU64,
    after_shutdown: AtomicU64,
    not_kept: AtomicU64,
}

impl Refusals {
    /// Call it without a lock: a subscriber may count what is logged with a metric.
    #[cold]
    pub(super) fn count(&self, refusal: Refusal, metric: &str) {
        let counter = match refusal {
            Refusal::Name => &self.bad_names,
            Refusal::TooMany => &self.too_many,
            Refusal::ShutDown => &self.after_shutdown,
            Refusal::NotKept => &self.not_kept,
        };
        if counter.fetch_add(1, Ordering::Relaxed) == 0 {
            let metric: String = metric.chars().take(100).collect();
            tracing::warn!(metric, "{}; further ones of this kind are only counted", refusal.why());
        }
    }

    /// What has been counted; the rest is 0.
    pub(super) fn stats(&self) -> RecorderStats {
        RecorderStats {
            not_kept: self.not_kept.load(Ordering::Relaxed),
            bad_names: self.bad_names.load(Ordering::Relaxed),
            too_many: self.too_many.load(Ordering::Relaxed),
            after_shutdown: self.after_shutdown.load(Ordering::Relaxed),
            ..RecorderStats::default()
        }
    }
}

impl Refusal {
    fn why(self) -> &'static str {
        match self {
            Self::Name => "a metric can't be called so: give it a name of 1 to 1024 bytes without control characters",
            Self::TooMany => {
                "too many metrics: put what differs into labels, or start the recorder with a larger `max_streams`"
            }
            Self::ShutDown => "a metric came after the coordinator's shutdown: end what records before",
            Self::NotKept => {
                "a metric's labels are too many or too long for a handle to be kept: gauges and totals begin anew \
                 whenever they are registered; leave out the label that grows, or start the recorder with a larger \
                 `max_handles`"
            }
        }
    }
}
