//! What the facade's gauges and histograms send to; its counters have more to do, and a [file](super::counter) of their own.

use metrics::{GaugeFn, HistogramFn};

use super::MetricKind;
use crate::{Gauge, MSender};

/// What a metric of some kind sends to.
pub(super) trait Handle {
    const KIND: MetricKind;

    /// For a sender that is bound to the metric's labels.
    fn new(sender: MSender) -> Self;
}

pub(super) struct GaugeHandle(Gauge);

impl Handle for GaugeHandle {
    const KIND: MetricKind = MetricKind::Gauge;

    fn new(sender: MSender) -> Self {
        Self(sender.gauge())
    }
}

impl GaugeFn for GaugeHandle {
    fn increment(&self, by: f64) {
        self.0.add(by);
    }

    fn decrement(&self, by: f64) {
        self.0.sub(by);
    }

    fn set(&self, value: f64) {
        self.0.set(value);
    }
}

pub(super) struct HistogramHandle(MSender);

impl Handle for HistogramHandle {
    const KIND: MetricKind = MetricKind::Histogram;

    fn new(sender: MSender) -> Self {
        Self(sender)
    }
}

impl HistogramFn for HistogramHandle {
    fn record(&self, value: f64) {
        self.0.send(value);
    }
}
