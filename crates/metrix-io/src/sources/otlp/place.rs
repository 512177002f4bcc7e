//! [`Place`]: the points of a request, one after the other.

use std::ops::Range;

use super::fields::{integer, text};
use crate::otlp::wire::{Fields, Wire};

/// How far a request has been read. It borrows nothing, so that a request can be read in pieces; and it holds nothing but places.
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
    /// The `Resource`, if there is one.
    pub(super) resource: Range<usize>,
    /// The `InstrumentationScope`, if there is one.
    pub(super) scope: Range<usize>,
    metric: Range<usize>,
    /// What the metric's points are in, and the number of that field.
    data: (u32, Range<usize>),
    pub(super) point: Range<usize>,
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
        let (metric, (data, points)) = (&body[self.metric.clone()], &self.data);
        let points = &body[points.clone()];
        Metric {
            name: text(metric, 1),
            unit: text(metric, 3),
            data: *data,
            temporality: integer(points, 2),
            is_monotonic: integer(points, 3) != 0,
        }
    }
}

impl Place {
    /// The start of a request that has been checked.
    pub(super) fn new(body: &[u8]) -> Self {
        Self { resources: 0..body.len(), ..Self::default() }
    }

    /// Where the next point is.
    pub(super) fn next(&mut self, body: &[u8]) -> Option<&Found> {
        const DATA: [u32; 5] = [GAUGE, SUM, HISTOGRAM, EXPONENTIAL_HISTOGRAM, SUMMARY];
        loop {
            if let Some((_, point)) = next_of(body, &mut self.points, &[1]) {
                self.found.point = point;
                return Some(&self.found);
            }
            if let Some((number, data)) = next_of(body, &mut self.parts, &DATA) {
                self.points = data.clone();
                self.found.data = (number, data);
            } else if let Some((_, metric)) = next_of(body, &mut self.metrics, &[2]) {
                self.parts = metric.clone();
                self.found.metric = metric;
            } else if let Some((_, scope)) = next_of(body, &mut self.scopes, &[2]) {
                self.metrics = scope.clone();
                self.found.scope = last_of(body, scope, 1);
            } else {
                let (_, resource) = next_of(body, &mut self.resources, &[1])?;
                self.scopes = resource.clone();
                self.found.resource = last_of(body, resource, 1);
            }
        }
    }
}

/// Where the next message is of a field that has one of these numbers.
fn next_of(body: &[u8], within: &mut Range<usize>, numbers: &[u32]) -> Option<(u32, Range<usize>)> {
    loop {
        let mut fields = Fields::new(&body[within.clone()]);
        let (number, wire) = fields.next()?.ok()?;
        within.start = within.end - fields.rest().len();
        match wire {
            Wire::Bytes(bytes) if numbers.contains(&number) => {
                return Some((number, within.start - bytes.len()..within.start));
            }
            _ => {}
        }
    }
}

fn last_of(body: &[u8], mut within: Range<usize>, number: u32) -> Range<usize> {
    let mut last = 0..0;
    while let Some((_, found)) = next_of(body, &mut within, &[number]) {
        last = found;
    }
    last
}
