//! [`OwnCounts`]: what the program counts of itself, beside what the coordinator does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrix::{MCoordinatorBuilder, Tags, tags};
use metrix_io::sources::DatagramMeter;

use super::setup::Setup;
use super::sources::Sources;

/// What the program counts of itself, beside what the coordinator does.
#[derive(Debug)]
pub(crate) struct OwnCounts {
    /// By the names of the sources.
    datagrams: Vec<(String, DatagramMeter)>,
    wrong: Arc<AtomicU64>,
    unmatched: Arc<AtomicU64>,
    ahead: Arc<AtomicU64>,
}

impl OwnCounts {
    pub(crate) fn new(sources: &Sources, setup: &Setup) -> Self {
        let [wrong, unmatched, ahead] = [&setup.wrong, &setup.unmatched, &setup.ahead].map(Arc::clone);
        Self { datagrams: sources.meters(), wrong, unmatched, ahead }
    }

    /// Has them told.
    pub(crate) fn add_to(self, builder: MCoordinatorBuilder) -> MCoordinatorBuilder {
        builder.own_counts(move || self.totals())
    }

    fn totals(&self) -> Vec<(&'static str, Tags, u64)> {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let mut totals = Vec::new();
        for (name, meter) in &self.datagrams {
            let (stats, tags) = (meter.stats(), tags! { "source" => name });
            totals.push(("metrix.source.datagrams", tags.clone(), stats.datagrams));
            // Not every system says it.
            totals.extend(stats.dropped.map(|dropped| ("metrix.source.dropped", tags, dropped)));
        }
        // After the datagrams, which are counted when all that is wrong in them is.
        totals.push(("metrix.source.wrong", Tags::NONE, get(&self.wrong)));
        totals.push(("metrix.source.unmatched", Tags::NONE, get(&self.unmatched)));
        totals.push(("metrix.source.ahead", Tags::NONE, get(&self.ahead)));
        totals
    }
}
