//! [`Served`]: a sink at work.

use crate::SinkStats;
use crate::delivery::Delivery;

/// A sink, its queue and its task.
#[derive(Debug)]
pub(super) struct Served {
    pub(super) delivery: Delivery,
    /// Its counts when the own metrics told them last.
    pub(super) told: SinkStats,
}

impl Served {
    pub(super) fn new(delivery: Delivery) -> Self {
        Self { delivery, told: SinkStats::default() }
    }

    /// Whether nothing more will come to it.
    pub(super) fn is_over(&self) -> bool {
        self.delivery.queue().is_over()
    }
}
