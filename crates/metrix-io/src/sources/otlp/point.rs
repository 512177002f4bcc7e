//! [`Reader`]: what a point gives.

use std::borrow::Cow;
use std::sync::Arc;

use metrix::Timestamp;

use super::cumulative::{Cumulative, Growth, Standing};
use super::fields::{all, chosen, double, fixed64, integer};
use super::histogram::Distribution;
use super::place::{EXPONENTIAL_HISTOGRAM, Found, GAUGE, HISTOGRAM, Metric, SUM};
use super::rules::{Histograms, Rules};
use super::tags::{EACH, MOST, Owned, ReadTags, attributes, sized};
use crate::otlp::{CUMULATIVE, DELTA};
use crate::{Kind, Reading};

/// A reading stands for so many measurements at most.
const HEAVIEST: u64 = u32::MAX as u64;

/// A summary of more is rejected.
const MOST_QUANTILES: usize = 1024;

/// Reads a point.
pub(super) struct Reader<'a> {
    pub(super) rules: &'a Rules,
    pub(super) cumulative: &'a mut Cumulative,
    pub(super) body: &'a [u8],
    pub(super) found: &'a mut Found,
}

/// A point, as far as all kinds have it.
struct Point<'a> {
    metric: Metric<'a>,
    bytes: &'a [u8],
    /// The number of the field of its attributes.
    attributes: u32,
    start: Option<i64>,
    at: Option<Timestamp>,
    /// Of the resource.
    shared: Arc<Owned>,
    tags: ReadTags<'a>,
}

impl Point<'_> {
    fn reading(&self, suffix: &str, value: f64, kind: Kind) -> Reading<'_> {
        let name = if suffix.is_empty() {
            Cow::Borrowed(self.metric.name)
        } else {
            Cow::Owned(format!("{}{suffix}", self.metric.name))
        };
        // All readings of a point share the texts of its tags.
        let shared = self.shared.tags.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value)));
        let own = self.tags.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value)));
        // Of equal names the last holds.
        let tags = shared.chain(own).collect();
        Reading { at: self.at, kind: Some(kind), tags, ..Reading::new(name, value) }
    }

    fn standing(&self, total: f64) -> Standing {
        Standing { total, at: self.at.map(Timestamp::as_nanos), start: self.start, ..Standing::default() }
    }
}

impl Reader<'_> {
    /// Gives what the point says, or why it says nothing.
    pub(super) fn read(mut self, visit: &mut impl FnMut(Reading<'_>)) -> Result<(), &'static str> {
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
        let shared = self.found.tags(self.body, self.rules);
        let tags = tags(&metric, &shared, self.rules, bytes, attributes)?;
        let point = Point { metric, bytes, attributes, start, at, shared, tags };
        match metric.data {
            GAUGE => visit(point.reading("", number(bytes)?, Kind::Gauge)),
            SUM => self.sum(&point, visit)?,
            HISTOGRAM => self.histogram(&point, Distribution::explicit(bytes)?, visit)?,
            EXPONENTIAL_HISTOGRAM => self.histogram(&point, Distribution::exponential(bytes)?, visit)?,
            _ => self.summary(&point, visit)?,
        }
        Ok(())
    }

    fn sum(&mut self, point: &Point<'_>, visit: &mut impl FnMut(Reading<'_>)) -> Result<(), &'static str> {
        let total = number(point.bytes)?;
        match point.metric.temporality {
            DELTA => visit(point.reading("", total, Kind::Counter)),
            // It goes up and down, and this is where it stands.
            CUMULATIVE if !point.metric.is_monotonic => visit(point.reading("", total, Kind::Gauge)),
            CUMULATIVE => match self.observe(point, point.standing(total))? {
                Growth::Grown(last) => {
                    let grown = Some(total - last.total).filter(|grown| grown.is_finite());
                    let grown = grown.ok_or("it has grown by more than a number can be")?;
                    visit(point.reading("", grown, Kind::Counter));
                }
                Growth::Anew => visit(point.reading("", total, Kind::Counter)),
                Growth::First | Growth::Stale => {}
            },
            _ => return Err("it is a sum without a temporality"),
        }
        Ok(())
    }

    fn histogram(
        &mut self,
        point: &Point<'_>,
        whole: Distribution,
        visit: &mut impl FnMut(Reading<'_>),
    ) -> Result<(), &'static str> {
        let is_cumulative = point.metric.temporality == CUMULATIVE;
        let grown = match point.metric.temporality {
            DELTA => whole,
            CUMULATIVE => {
                let now = Standing { whole: Some(whole.clone()), ..point.standing(whole.count as f64) };
                match self.observe(point, now)? {
                    Growth::Grown(last) => last.whole.map_or_else(Distribution::default, |last| whole.since(&last)),
                    Growth::Anew => whole,
                    Growth::First | Growth::Stale => return Ok(()),
                }
            }
            _ => return Err("it is a histogram without a temporality"),
        };
        let as_counters = self.rules.histograms == Histograms::Buckets && grown.scale.is_none();
        if !as_counters && grown.buckets.iter().any(|bucket| bucket.count > HEAVIEST) {
            return Err("a bucket has grown by more than 4294967295 measurements");
        }
        visit(point.reading(".count", grown.count as f64, Kind::Counter));
        if let Some(sum) = grown.sum {
            visit(point.reading(".sum", sum, Kind::Counter));
        }
        if !is_cumulative && grown.count > 0 {
            // Of all time, they say nothing of what came last.
            let ends = [(".min", grown.min), (".max", grown.max)];
            for (suffix, end) in ends.into_iter().filter_map(|(suffix, end)| Some((suffix, end?))) {
                visit(point.reading(suffix, end, Kind::Gauge));
            }
        }
        let mut below = 0.0;
        for bucket in &grown.buckets {
            below += bucket.count as f64;
            if as_counters {
                let mut reading = point.reading(".bucket", below, Kind::Counter);
                reading.tags.push(("le".into(), bucket.le()));
                visit(reading);
            } else if let Some(value) = bucket.value(&grown).filter(|_| bucket.count > 0) {
                visit(Reading { weight: bucket.count as f64, ..point.reading("", value, Kind::Sample) });
            }
        }
        Ok(())
    }

    fn summary(&mut self, point: &Point<'_>, visit: &mut impl FnMut(Reading<'_>)) -> Result<(), &'static str> {
        if all(point.bytes, 6).count() > MOST_QUANTILES {
            return Err("it has more than 1024 quantiles");
        }
        let count = fixed64(point.bytes, 4).unwrap_or(0) as f64;
        let sum = double(point.bytes, 5).filter(|sum| sum.is_finite()).unwrap_or(0.0);
        let growth = self.observe(point, Standing { sum: Some(sum), ..point.standing(count) })?;
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
        let (count, sum) = match growth {
            Growth::Grown(last) => (count - last.total, sum - last.sum.unwrap_or(0.0)),
            Growth::Anew => (count, sum),
            Growth::First | Growth::Stale => return Ok(()),
        };
        visit(point.reading(".count", count, Kind::Counter));
        if sum.is_finite() {
            visit(point.reading(".sum", sum, Kind::Counter));
        }
        Ok(())
    }

    fn observe(&mut self, point: &Point<'_>, now: Standing) -> Result<Growth, &'static str> {
        let mut series = self.found.identity(self.body, self.cumulative).clone();
        series.add_attributes(point.bytes, point.attributes);
        self.cumulative.observe(series, now)
    }
}

/// The tags of a point that its resource does not give; its attributes are in the field of this number.
fn tags<'a>(
    metric: &Metric<'a>,
    shared: &Owned,
    rules: &'a Rules,
    point: &'a [u8],
    number: u32,
) -> Result<ReadTags<'a>, &'static str> {
    const TOO_MUCH: &str = "its name and its tags have more than 64 KiB";
    let mut size = shared.size + metric.name.len() + metric.unit.len() + EACH;
    if size > MOST {
        return Err(TOO_MUCH);
    }
    let mut tags = ReadTags::new();
    if let Some(tag) = rules.unit_tag.as_ref().filter(|_| !metric.unit.is_empty()) {
        tags.push((tag.as_str().into(), metric.unit.into()));
    }
    for (name, any) in attributes(point, number) {
        let (value, all) = sized(name, any, size).ok_or(TOO_MUCH)?;
        tags.push((name.into(), value));
        size = all;
    }
    Ok(tags)
}

/// The value of a `NumberDataPoint`.
fn number(point: &[u8]) -> Result<f64, &'static str> {
    let (kind, value) = chosen(point, &[4, 6]).ok_or("it has no value")?;
    let value = match kind {
        4 => double(value, 4).unwrap_or_default(),
        _ => (fixed64(value, 6).unwrap_or_default() as i64) as f64,
    };
    if value.is_finite() { Ok(value) } else { Err("its value is not finite") }
}
