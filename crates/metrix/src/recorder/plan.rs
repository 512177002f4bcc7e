//! [`Plan`]: what the streams of a recorder are to be.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use metrix_core::Timestamp;

use super::MetricKind;
use crate::{Agg, MStream, MStreamBuilder, Tags, Windows};

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) every: Duration,
    /// Where a window starts, the same in all streams.
    pub(super) origin: Timestamp,
    pub(super) counters: Vec<Agg>,
    pub(super) gauges: Vec<Agg>,
    pub(super) histograms: Vec<Agg>,
    /// The aggregates of metrics that have some of their own.
    pub(super) own: HashMap<Arc<str>, Vec<Agg>>,
    pub(super) default_tags: Tags,
    pub(super) max_series: NonZeroUsize,
    pub(super) max_tag_bytes: usize,
    pub(super) queue: NonZeroUsize,
}

impl Plan {
    /// The stream for a metric.
    pub(super) fn stream(&self, name: Arc<str>, kind: MetricKind, metric: &str) -> MStreamBuilder {
        let aggs = self.own.get(metric).unwrap_or(match kind {
            MetricKind::Counter => &self.counters,
            MetricKind::Gauge => &self.gauges,
            MetricKind::Histogram => &self.histograms,
        });
        self.stream_of(name, aggs)
    }

    pub(super) fn stream_of(&self, name: Arc<str>, aggs: &[Agg]) -> MStreamBuilder {
        MStream::builder(name)
            .window(Windows::every(self.every).aligned_to(self.origin))
            .aggs(aggs.iter().cloned())
            .default_tags(&self.default_tags)
            .max_series(self.max_series)
            .max_tag_bytes(self.max_tag_bytes)
            .queue(self.queue)
    }
}
