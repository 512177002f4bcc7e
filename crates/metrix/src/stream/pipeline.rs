//! The pipeline of a metric stream: a composition of the core's operators.

use std::num::NonZeroUsize;
use std::sync::Arc;

use metrix_core::fold::{self, Fold, Last};
use metrix_core::ops::{Filter, Inspect, Map, Partition, TimedWindow};
use metrix_core::{Operator, Timestamp, Window};

use super::elements::Elements;
use super::groups::Groups;
use super::measurement::{Measurement, Stamp};
use super::open::Opened;
use super::overflow::Overflow;
use super::stats::Counters;
use super::weighing::Weighing;
use crate::Aggs;

/// What a window or a batch came to.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) groups: Groups,
    pub(super) at: Timestamp,
    pub(super) start: Option<Timestamp>,
}

/// A state of the aggregates for each tag set, up to a limit.
pub(super) fn groups(aggs: Aggs, overflow: Overflow) -> impl Fold<Measurement, State: Send, Out = Groups> + Send {
    let counters = Arc::clone(&overflow.counters);
    let groups = fold::group_by(|measurement: &Measurement| measurement.tags.clone(), Weighing(aggs))
        .at_most(overflow.max_series, move |tags, groups| overflow.of(tags, groups.keys()))
        .map(Groups::from_iter);
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

/// How elements are made of summaries.
pub(super) struct ToElements {
    pub(super) aggs: Aggs,
    /// Those of the aggregates' elements.
    pub(super) names: Arc<[Arc<str>]>,
    pub(super) counters: Arc<Counters>,
}

/// The elements of windows or batches, which are counted. That they come out one by one, and are made then, is the work of
/// [`Pushed::elements`](metrix_core::Pushed::elements).
pub(super) fn pipeline<S>(summaries: S, to: ToElements) -> impl Operator<Measurement, Out = Elements>
where
    S: Operator<Measurement, Out = Summary>,
{
    let ToElements { aggs, names, counters } = to;
    summaries
        .then(Filter::new(|summary: &Summary| !summary.groups.is_empty()))
        .then(Map::new(move |summary: Summary| Elements::new(summary, &aggs, Arc::clone(&names))))
        .then(Filter::new(|elements: &Elements| elements.len() > 0))
        .then(Inspect::new(move |elements: &Elements| _ = counters.made.add(elements.len() as u64)))
}
