//! The pipeline of a metric stream: a composition of the core's operators.

use std::num::NonZeroUsize;
use std::sync::Arc;

use metrix_core::fold::{self, Fold, Last};
use metrix_core::ops::{Filter, Flatten, Inspect, Map, Partition, TimedWindow};
use metrix_core::{Operator, Timestamp, Window};

use super::measurement::{Measurement, Stamp};
use super::open::Opened;
use super::overflow::Overflow;
use super::stats::Counters;
use super::weighing::Weighing;
use crate::agg::Aggregate;
use crate::{Aggs, MElement, Tags};

/// What the measurements of each tag set came to, aggregate by aggregate.
pub(super) type Groups = Vec<(Tags, Vec<Aggregate>)>;

/// What a window or a batch came to.
#[derive(Debug)]
pub(super) struct Summary {
    groups: Groups,
    at: Timestamp,
    start: Option<Timestamp>,
}

/// A state of the aggregates for each tag set, up to a limit.
pub(super) fn groups(aggs: Aggs, overflow: Overflow) -> impl Fold<Measurement, State: Send, Out = Groups> + Send {
    let counters = Arc::clone(&overflow.counters);
    let groups = fold::group_by(|measurement: &Measurement| measurement.tags.clone(), Weighing(aggs))
        .at_most(overflow.max_series, move |tags, groups| overflow.of(tags, groups.keys()));
    Opened { fold: groups, counters }
}

/// Windows of time.
pub(super) fn windows<F>(window: TimedWindow<Measurement, F>) -> impl Operator<Measurement, Out = Summary>
where
    F: Fold<Measurement, Out = Groups>,
{
    window.then(Map::new(|Window { start, end, value }| Summary { groups: value, at: end, start: Some(start) }))
}

/// Batches of `n`, whose time is that of their last measurement.
pub(super) fn batches<F>(n: NonZeroUsize, groups: F) -> impl Operator<Measurement, Out = Summary>
where
    F: Fold<Measurement, Out = Groups>,
{
    let at = Last.premap(|measurement: Measurement| measurement.at);
    let summary = |(groups, at): (Groups, Option<Option<Timestamp>>)| Summary {
        groups,
        at: at.flatten().unwrap_or(Timestamp::EPOCH),
        start: None,
    };
    Stamp.then(Partition::with(n, (groups, at))).then(Map::new(summary))
}

/// The elements of windows or batches, which are counted; `names` are those of the aggregates' elements.
pub(super) fn pipeline<S>(
    summaries: S,
    names: Vec<Arc<str>>,
    counters: Arc<Counters>,
) -> impl Operator<Measurement, Out = MElement>
where
    S: Operator<Measurement, Out = Summary>,
{
    summaries
        .then(Filter::new(|summary: &Summary| !summary.groups.is_empty()))
        .then(Map::new(move |summary: Summary| summary.into_elements(&names)))
        .then(Inspect::new(move |elements: &Vec<MElement>| _ = counters.made.add(elements.len() as u64)))
        .then(Flatten::new())
}

impl Summary {
    /// All groups of the first aggregate, then all of the second.
    fn into_elements(self, names: &[Arc<str>]) -> Vec<MElement> {
        let Self { groups, at, start } = self;
        let mut found: Vec<_> =
            groups.iter().flat_map(|(tags, aggregates)| aggregates.iter().map(move |found| (tags, found))).collect();
        // Stable, so that the groups stay in the order in which they first appeared.
        found.sort_by_key(|(_, found)| found.agg);
        let element = |(tags, found): (&Tags, &Aggregate)| MElement {
            name: names[found.agg].clone(),
            value: found.value,
            tags: found.tags.or(tags),
            at,
            start,
        };
        found.into_iter().map(element).collect()
    }
}
