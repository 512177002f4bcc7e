//! [`Place`]: the points of a request, one after the other.

use std::ops::Range;
use std::sync::Arc;

use super::cumulative::{Cumulative, Identity};
use super::fields::{all, chosen, merged};
use super::rules::Rules;
use super::tags::Owned;
use crate::otlp::wire::{Fields, Wire};

/// How far a request has been read. It borrows nothing, so that a request can be read in pieces.
///
/// What a point is in is read once, however many points there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    resources: Range<usize>,
    scopes: Range<usize>,
    metrics: Range<usize>,
    parts: Range<usize>,
    points: Range<usize>,
    found: Found,
}

/// Where a point is.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// The `ResourceMetrics` and the `ScopeMetrics` that it is in.
    resource: Range<usize>,
    scope: Range<usize>,
    name: Range<usize>,
    unit: Range<usize>,
    /// The number of the field that the metric's points are in.
    data: u32,
    temporality: u64,
    is_monotonic: bool,
    pub(super) point: Range<usize>,
    tags: Option<Arc<Owned>>,
    /// What tells series from others, by their resource, by their scope too, and by their metric too.
    of_resource: Option<Identity>,
    of_scope: Option<Identity>,
    of_metric: Option<Identity>,
}

/// A metric, but for its points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metric<'a> {
    pub(super) name: &'a str,
    pub(super) unit: &'a str,
    /// The number of the field that its points are in.
    pub(super) data: u32,
    pub(super) temporality: u64,
    pub(super) is_monotonic: bool,
}

pub(super) const GAUGE: u32 = 5;
pub(super) const SUM: u32 = 7;
pub(super) const HISTOGRAM: u32 = 9;
pub(super) const EXPONENTIAL_HISTOGRAM: u32 = 10;
pub(super) const SUMMARY: u32 = 11;

impl Found {
    pub(super) fn metric<'a>(&self, body: &'a [u8]) -> Metric<'a> {
        let text = |range: &Range<usize>| std::str::from_utf8(&body[range.clone()]).unwrap_or_default();
        Metric {
            name: text(&self.name),
            unit: text(&self.unit),
            data: self.data,
            temporality: self.temporality,
            is_monotonic: self.is_monotonic,
        }
    }

    /// The tags that the resource gives.
    pub(super) fn tags(&mut self, body: &[u8], rules: &Rules) -> Arc<Owned> {
        let read = || Arc::new(Owned::of(&merged(&body[self.resource.clone()], 1), rules));
        Arc::clone(self.tags.get_or_insert_with(read))
    }

    /// What tells its metric from others.
    pub(super) fn identity(&mut self, body: &[u8], cumulative: &Cumulative) -> &Identity {
        let metric = self.metric(body);
        self.of_metric.get_or_insert_with(|| {
            let of_scope = self.of_scope.get_or_insert_with(|| {
                let of_resource = self.of_resource.get_or_insert_with(|| {
                    let mut identity = cumulative.identity();
                    identity.add_attributes(&merged(&body[self.resource.clone()], 1), 1);
                    identity
                });
                let mut identity = of_resource.clone();
                identity.add(&merged(&body[self.scope.clone()], 1));
                identity
            });
            let mut identity = of_scope.clone();
            identity.add(metric.name.as_bytes());
            identity.add(metric.unit.as_bytes());
            identity.add(&metric.data.to_le_bytes());
            identity
        })
    }

    /// Reads what a metric says, and gives where its points are. Of data of several kinds the last holds.
    fn enter_metric(&mut self, body: &[u8], metric: Range<usize>) -> Range<usize> {
        const DATA: [u32; 5] = [GAUGE, SUM, HISTOGRAM, EXPONENTIAL_HISTOGRAM, SUMMARY];
        let bytes = &body[metric.clone()];
        (self.name, self.unit) = (last_of(body, &metric, 1), last_of(body, &metric, 3));
        self.of_metric = None;
        let Some((data, rest)) = chosen(bytes, &DATA) else { return 0..0 };
        (self.data, self.temporality, self.is_monotonic) = (data, 0, false);
        for part in all(rest, data) {
            for (number, wire) in Fields::new(part).flatten() {
                match (number, wire) {
                    (2, Wire::Varint(temporality)) => self.temporality = temporality,
                    (3, Wire::Varint(is_monotonic)) => self.is_monotonic = is_monotonic != 0,
                    _ => {}
                }
            }
        }
        metric.end - rest.len()..metric.end
    }
}

impl Place {
    /// The start of a request that has been checked.
    pub(super) fn new(body: &[u8]) -> Self {
        Self { resources: 0..body.len(), ..Self::default() }
    }

    /// Where the next point is.
    pub(super) fn next(&mut self, body: &[u8]) -> Option<&mut Found> {
        loop {
            if let Some(point) = next_of(body, &mut self.points, 1) {
                self.found.point = point;
                return Some(&mut self.found);
            }
            if let Some(data) = next_of(body, &mut self.parts, self.found.data) {
                self.points = data;
            } else if let Some(metric) = next_of(body, &mut self.metrics, 2) {
                self.parts = self.found.enter_metric(body, metric);
            } else if let Some(scope) = next_of(body, &mut self.scopes, 2) {
                self.metrics = scope.clone();
                self.found = Found {
                    scope,
                    resource: self.found.resource.clone(),
                    tags: self.found.tags.take(),
                    of_resource: self.found.of_resource.take(),
                    ..Found::default()
                };
            } else {
                let resource = next_of(body, &mut self.resources, 1)?;
                self.scopes = resource.clone();
                self.found = Found { resource, ..Found::default() };
            }
        }
    }
}

/// Where the next message is of a field that has this number.
fn next_of(body: &[u8], within: &mut Range<usize>, number: u32) -> Option<Range<usize>> {
    loop {
        let mut fields = Fields::new(&body[within.clone()]);
        let (found, wire) = fields.next()?.ok()?;
        within.start = within.end - fields.rest().len();
        match wire {
            Wire::Bytes(bytes) if found == number => return Some(within.start - bytes.len()..within.start),
            _ => {}
        }
    }
}

fn last_of(body: &[u8], within: &Range<usize>, number: u32) -> Range<usize> {
    let (mut within, mut last) = (within.clone(), 0..0);
    while let Some(found) = next_of(body, &mut within, number) {
        last = found;
    }
    last
}
