//! [`Reader`]: what a point gives.

use std::borrow::Cow;

use metrix::Timestamp;

use super::cumulative::Cumulative;
use super::fields::{all, double, fixed64, integer};
use super::histogram::Distribution;
use super::place::{EXPONENTIAL_HISTOGRAM, Found, GAUGE, HISTOGRAM, Metric, SUM};
use super::rules::{Histograms, Rules};
use super::tags::{ReadTags, attributes, tagged, value};
use crate::increases::{Growth, Standing};
use crate::otlp::{CUMULATIVE, DELTA};
use crate::{Kind, Reading};

/// Which part of a series a counter is; the buckets have their numbers.
const VALUE: i64 = i64::MIN;
const COUNT: i64 = i64::MIN + 1;
const SUM_OF_ALL: i64 = i64::MIN + 2;
const SCALE: i64 = i64::MIN + 3;

/// Reads a point.
pub(super) struct Reader<'a> {
    pub(super) rules: &'a Rules,
    pub(super) cumulative: &'a mut Cumulative,
    pub(super) body: &'a [u8],
    pub(super) found: &'a Found,
}

/// A point, as far as all kinds have it.
struct Point<'a> {
    metric: Metric<'a>,
    bytes: &'a [u8],
    /// The number of the field of its attributes.
    attributes: u32,
    start: Option<i64>,
    at: Option<Timestamp>,
    tags: ReadTags<'a>,
}

impl<'a> Point<'a> {
    fn reading(&self, suffix: &str, value: f64, kind: Kind) -> Reading<'a> {
        let name = if suffix.is_empty() {
            Cow::Borrowed(self.metric.name)
        } else {
            Cow::Owned(format!("{}{suffix}", self.metric.name))
        };
        tagged(Reading { at: self.at, kind: Some(kind), ..Reading::new(name, value) }, &self.tags)
    }

    fn standing(&self, total: f64) -> Standing {
        Standing { total, at: self.at.map(Timestamp::as_nanos), start: self.start }
    }
}

impl<'a> Reader<'a> {
    /// Gives what the point says, or why it says nothing.
    pub(super) fn read(mut self, visit: &mut impl FnMut(Reading<'a>)) -> Result<(), &'static str> {
        let metric = self.found.metric(self.body);
        let bytes = &self.body[self.found.point.clone()];
        let (attributes, flags) = match metric.data {
            HISTOGRAM => (9, 10),
            EXPONENTIAL_HISTOGRAM => (1, 10),
            _ => (7, 8),
        };
        if metric.name.is_empty() {
            return Err("its metric has no name");
        }
        if integer(bytes, flags) & 1 != 0 {
            // It says that there is no value.
            return Ok(());
        }
        let time =
            |number| fixed64(bytes, number).and_then(|nanos| i64::try_from(nanos).ok()).filter(|nanos| *nanos > 0);
        let (start, at) = (time(2), time(3).map(Timestamp::from_nanos));
        let tags = self.tags(&metric, bytes, attributes);
        let point = Point { metric, bytes, attributes, start, at, tags };
        match metric.data {
            GAUGE => visit(point.reading("", number(bytes)?, Kind::Gauge)),
            SUM => self.sum(&point, visit)?,
            HISTOGRAM => self.histogram(&point, &Distribution::explicit(bytes)?, visit)?,
            EXPONENTIAL_HISTOGRAM => self.histogram(&point, &Distribution::exponential(bytes)?, visit)?,
            _ => self.summary(&point, visit)?,
        }
        Ok(())
    }

    fn tags(&self, metric: &Metric<'a>, point: &'a [u8], number: u32) -> ReadTags<'a> {
        let mut tags = ReadTags::new();
        for (name, any) in attributes(&self.body[self.found.resource.clone()], 1) {
            if self.rules.resource.iter().any(|glob| glob.matches(name)) {
                tags.push((name.into(), value(any)));
            }
        }
        if let Some(tag) = self.rules.unit_tag.as_ref().filter(|_| !metric.unit.is_empty()) {
            tags.push((tag.clone().into(), metric.unit.into()));
        }
        // Of equal names the last holds.
        tags.extend(attributes(point, number).map(|(name, any)| (name.into(), value(any))));
        tags
    }

    fn sum(&mut self, point: &Point<'a>, visit: &mut impl FnMut(Reading<'a>)) -> Result<(), &'static str> {
        let total = number(point.bytes)?;
        match point.metric.temporality {
            DELTA => visit(point.reading("", total, Kind::Counter)),
            // It goes up and down, and this is where it stands.
            CUMULATIVE if !point.metric.is_monotonic => visit(point.reading("", total, Kind::Gauge)),
            CUMULATIVE => match self.observe(point, VALUE, total)? {
                Growth::Grown(increase) | Growth::Anew(increase) => {
                    visit(point.reading("", increase, Kind::Counter));
                }
                Growth::First | Growth::Stale => {}
            },
            _ => return Err("it is a sum without a temporality"),
        }
        Ok(())
    }

    fn histogram(
        &mut self,
        point: &Point<'a>,
        whole: &Distribution,
        visit: &mut impl FnMut(Reading<'a>),
    ) -> Result<(), &'static str> {
        let growth = match point.metric.temporality {
            DELTA => Growth::Anew(whole.count as f64),
            CUMULATIVE => self.observe(point, COUNT, whole.count as f64)?,
            _ => return Err("it is a histogram without a temporality"),
        };
        let increase = match growth {
            Growth::Stale => return Ok(()),
            Growth::First => None,
            Growth::Grown(increase) | Growth::Anew(increase) => Some(increase),
        };
        let is_cumulative = point.metric.temporality == CUMULATIVE;
        let series = is_cumulative.then(|| self.cumulative.identity(self.body, self.found, point.attributes));
        // By how much a part has grown; of what is first seen with a series that was known, that is all of it.
        let mut grown = |part: i64, total: f64| {
            let Some(series) = &series else { return Some(total) };
            let before = self.cumulative.replace(series, part, point.standing(total));
            match growth {
                Growth::Grown(_) => Some(total - before.unwrap_or(0.0)),
                Growth::Anew(_) => Some(total),
                Growth::First | Growth::Stale => None,
            }
        };
        if let Some(increase) = increase {
            visit(point.reading(".count", increase, Kind::Counter));
        }
        if let Some(sum) = whole.sum.and_then(|sum| grown(SUM_OF_ALL, sum)) {
            visit(point.reading(".sum", sum, Kind::Counter));
        }
        if !is_cumulative && whole.count > 0 {
            // Of all time, they say nothing of what came last.
            let ends = [(".min", whole.min), (".max", whole.max)];
            for (suffix, end) in ends.into_iter().filter_map(|(suffix, end)| Some((suffix, end?))) {
                visit(point.reading(suffix, end, Kind::Gauge));
            }
        }
        // Buckets of another scale are others, and it is not known what they had before.
        let is_rescaled = whole.scale.is_some_and(|scale| {
            let scale = scale as f64;
            match (&growth, grown(SCALE, scale)) {
                (Growth::Grown(_), Some(change)) => change != 0.0,
                _ => false,
            }
        });
        let mut below = 0.0;
        for bucket in &whole.buckets {
            let Some(count) = grown(bucket.id, bucket.count as f64).filter(|_| !is_rescaled) else { continue };
            below += count.max(0.0);
            if self.rules.histograms == Histograms::Buckets && whole.scale.is_none() {
                let mut reading = point.reading(".bucket", below, Kind::Counter);
                reading.tags.push(("le".into(), bucket.le()));
                visit(reading);
            } else if count >= 1.0 {
                let values = point.reading("", bucket.value(whole), Kind::Sample);
                visit(Reading { weight: count, ..values });
            }
        }
        Ok(())
    }

    fn summary(&mut self, point: &Point<'a>, visit: &mut impl FnMut(Reading<'a>)) -> Result<(), &'static str> {
        let count = fixed64(point.bytes, 4).unwrap_or(0) as f64;
        let growth = self.observe(point, COUNT, count)?;
        if matches!(growth, Growth::Stale) {
            return Ok(());
        }
        for quantile in all(point.bytes, 6) {
            let (quantile, value) = (double(quantile, 1).unwrap_or(0.0), double(quantile, 2).unwrap_or(0.0));
            if value.is_finite() {
                let mut reading = point.reading("", value, Kind::Gauge);
                reading.tags.push(("quantile".into(), quantile.to_string().into()));
                visit(reading);
            }
        }
        let series = self.cumulative.identity(self.body, self.found, point.attributes);
        let sum = double(point.bytes, 5).filter(|sum| sum.is_finite()).unwrap_or(0.0);
        let before = self.cumulative.replace(&series, SUM_OF_ALL, point.standing(sum));
        let (count, sum) = match growth {
            Growth::Grown(increase) => (increase, sum - before.unwrap_or(0.0)),
            Growth::Anew(increase) => (increase, sum),
            Growth::First | Growth::Stale => return Ok(()),
        };
        visit(point.reading(".count", count, Kind::Counter));
        visit(point.reading(".sum", sum, Kind::Counter));
        Ok(())
    }

    fn observe(&mut self, point: &Point<'a>, part: i64, total: f64) -> Result<Growth, &'static str> {
        let series = self.cumulative.identity(self.body, self.found, point.attributes);
        let growth = self.cumulative.observe(&series, part, point.standing(total));
        growth.ok_or("there are too many cumulative series: send deltas, or fewer series")
    }
}

/// The value of a `NumberDataPoint`.
fn number(point: &[u8]) -> Result<f64, &'static str> {
    let whole = || fixed64(point, 6).map(|bits| (bits as i64) as f64);
    let value = double(point, 4).or_else(whole).ok_or("it has no value")?;
    if value.is_finite() { Ok(value) } else { Err("its value is not finite") }
}
