//! [`Distribution`]: the buckets of a histogram, of either kind.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fields::{double, fixed64, fixed64s, integer, integers, merged};
use crate::otlp::wire::unzigzag;

/// A histogram of more buckets is rejected.
const MOST: usize = 1024;

/// Exponential histograms of finer or coarser scales are rejected: there are none in use, and their bounds would be no numbers.
const SCALES: std::ops::RangeInclusive<i64> = -10..=20;

/// The buckets of a histogram.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Distribution {
    pub(super) count: u64,
    pub(super) sum: Option<f64>,
    /// The smallest and the largest value, if they are told.
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    /// Of an exponential one.
    pub(super) scale: Option<i64>,
    pub(super) buckets: Vec<Bucket>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bucket {
    /// What tells it from others of the histogram, as long as the scale stays the same.
    pub(super) id: i64,
    pub(super) count: u64,
    /// Above this, and up to that: `-inf` and `inf` where there is no bound.
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Bucket {
    /// One that is not that of zero.
    fn exponential(id: i64, count: u64, scale: i64) -> Self {
        // The bucket of an index is above base^index, and up to base^(index + 1), where base = 2^(2^-scale).
        let (index, factor) = (index(id), (-scale as f64).exp2());
        let bound = |index: i64| (index as f64 * factor).exp2();
        let (low, high) = (bound(index), bound(index + 1));
        let (low, high) = if id > 0 { (low, high) } else { (-high, -low) };
        Self { id, count, low, high }
    }

    /// The same at a scale that is coarser by so many steps; what is within this distance from zero, to the better part, belongs to
    /// the bucket there.
    fn coarser(self, steps: i64, scale: i64, zero: f64) -> Self {
        let bucket = match (self.id, steps) {
            (0, _) | (_, 0) => self,
            (id, _) => Self::exponential(id.signum() * ids(index(id) >> steps), self.count, scale),
        };
        match bucket.id == 0 || (bucket.low * bucket.high).sqrt() < zero {
            true => Self { id: 0, count: self.count, low: -zero, high: zero },
            false => bucket,
        }
    }

    /// What stands for its values: its middle, or its bound where it has but one, within what the histogram had.
    ///
    /// `None` where nothing is known of them.
    pub(super) fn value(&self, whole: &Distribution) -> Option<f64> {
        let (low, high) = (self.low.max(whole.min.unwrap_or(self.low)), self.high.min(whole.max.unwrap_or(self.high)));
        let middle = match (low.is_finite(), high.is_finite()) {
            // Of buckets that grow by a factor, the middle does too.
            (true, true) if whole.scale.is_some() && low * high > 0.0 => (low * high).sqrt().copysign(low),
            (true, true) => low + (high - low) / 2.0,
            // Most of what is measured is not negative.
            (false, true) if high > 0.0 => high / 2.0,
            (false, true) => high,
            (true, false) => low,
            (false, false) => whole.sum.filter(|_| whole.count > 0)? / whole.count as f64,
        };
        Some(if middle.is_finite() { middle } else { low }).filter(|value| value.is_finite())
    }

    /// Its bound, as a tag.
    pub(super) fn le(&self) -> Cow<'static, str> {
        if self.high == f64::INFINITY { Cow::Borrowed("+Inf") } else { Cow::Owned(self.high.to_string()) }
    }
}

impl Distribution {
    /// Of a `HistogramDataPoint`, or why it is none.
    pub(super) fn explicit(point: &[u8]) -> Result<Self, &'static str> {
        let (Some(counts), Some(bounds)) = (fixed64s(point, 6, MOST), fixed64s(point, 7, MOST)) else {
            return Err("it has more than 1024 buckets");
        };
        let bounds: Vec<f64> = bounds.into_iter().map(f64::from_bits).collect();
        let fits = counts.len() == bounds.len() + 1 || counts.is_empty() && bounds.is_empty();
        if !fits || !bounds.windows(2).all(|pair| pair[0] < pair[1]) || bounds.iter().any(|bound| bound.is_nan()) {
            return Err("its buckets don't fit its bounds");
        }
        let bound = |place: usize| bounds.get(place).copied();
        let bucket = |(place, count): (usize, u64)| Bucket {
            id: place as i64,
            count,
            low: place.checked_sub(1).and_then(bound).unwrap_or(f64::NEG_INFINITY),
            high: bound(place).unwrap_or(f64::INFINITY),
        };
        let mut buckets: Vec<Bucket> = counts.into_iter().enumerate().map(bucket).collect();
        let count = fixed64(point, 4).unwrap_or(0);
        if buckets.is_empty() {
            buckets.push(Bucket { id: 0, count, low: f64::NEG_INFINITY, high: f64::INFINITY });
        }
        let [sum, min, max] = [5, 11, 12].map(|number| finite(point, number));
        Ok(Self { count, sum, min, max, scale: None, buckets })
    }

    /// Of an `ExponentialHistogramDataPoint`, or why it is none.
    pub(super) fn exponential(point: &[u8]) -> Result<Self, &'static str> {
        let scale = unzigzag(integer(point, 6));
        if !SCALES.contains(&scale) {
            return Err("its scale is not from -10 to 20");
        }
        let (positive, negative) = (side(point, 8)?, side(point, 9)?);
        let mut buckets = Vec::new();
        for (index, count) in negative.into_iter().rev() {
            buckets.push(Bucket::exponential(-ids(index), count, scale));
        }
        let zero = double(point, 14).filter(|zero| zero.is_finite()).unwrap_or(0.0).abs();
        buckets.push(Bucket { id: 0, count: fixed64(point, 7).unwrap_or(0), low: -zero, high: zero });
        for (index, count) in positive {
            buckets.push(Bucket::exponential(ids(index), count, scale));
        }
        let [sum, min, max] = [5, 12, 13].map(|number| finite(point, number));
        let count = fixed64(point, 4).unwrap_or(0);
        Ok(Self { count, sum, min, max, scale: Some(scale), buckets })
    }
}

impl Distribution {
    /// What has come since it was like that. Where its bounds are others now, nothing is known of the buckets; but those of another
    /// scale, or with more about zero, are made comparable.
    pub(super) fn since(&self, last: &Self) -> Self {
        let (now, then) = match self.scale.zip(last.scale) {
            Some((one, other)) => {
                let (scale, zero) = (one.min(other), self.zero().max(last.zero()));
                (self.at(scale, zero), last.at(scale, zero))
            }
            None => (self.buckets.clone(), last.buckets.clone()),
        };
        let bounds = |buckets: &[Bucket]| buckets.iter().map(|bucket| bucket.high.to_bits()).collect::<Vec<_>>();
        let before: HashMap<i64, u64> = then.iter().map(|bucket| (bucket.id, bucket.count)).collect();
        let less = |bucket: Bucket| {
            let before = before.get(&bucket.id).copied().unwrap_or(0);
            Bucket { count: bucket.count.saturating_sub(before), ..bucket }
        };
        let is_known = self.scale.is_some() || bounds(&now) == bounds(&then);
        Self {
            count: self.count.saturating_sub(last.count),
            sum: self.sum.zip(last.sum).map(|(now, then)| now - then),
            scale: self.scale.zip(last.scale).map(|(one, other)| one.min(other)),
            buckets: if is_known { now.into_iter().map(less).collect() } else { Vec::new() },
            ..*self
        }
    }

    /// Its buckets at a scale that is no finer than its own, with those about zero up to there.
    fn at(&self, scale: i64, zero: f64) -> Vec<Bucket> {
        let steps = self.scale.map_or(0, |own| own - scale);
        let mut buckets: Vec<Bucket> = Vec::with_capacity(self.buckets.len());
        for bucket in &self.buckets {
            let bucket = bucket.coarser(steps, scale, zero);
            match buckets.last_mut().filter(|last| last.id == bucket.id) {
                Some(last) => last.count = last.count.saturating_add(bucket.count),
                None => buckets.push(bucket),
            }
        }
        buckets
    }

    fn zero(&self) -> f64 {
        self.buckets.iter().find(|bucket| bucket.id == 0).map_or(0.0, |bucket| bucket.high)
    }
}

/// The index that such a number is of, on either side.
fn index(id: i64) -> i64 {
    id.abs() - 1 + i64::from(i32::MIN)
}

/// A number from 1 on for each index of 32 bits.
fn ids(index: i64) -> i64 {
    index - i64::from(i32::MIN) + 1
}

fn finite(point: &[u8], number: u32) -> Option<f64> {
    double(point, number).filter(|value| value.is_finite())
}

/// The indexes and counts of one side that has any.
fn side(point: &[u8], number: u32) -> Result<Vec<(i64, u64)>, &'static str> {
    let buckets = merged(point, number);
    let offset = i64::from(unzigzag(integer(&buckets, 1)) as i32);
    let counts = integers(&buckets, 2, MOST).ok_or("it has more than 1024 buckets")?;
    Ok((offset..).zip(counts).filter(|(_, count)| *count > 0).collect())
}

#[cfg(test)]
mod tests {
    use super::super::fields::all;
    use super::*;
    use crate::otlp::from_json::from_json;
    use crate::otlp::schema::REQUEST;
    use serde_json::{Value, json};

    fn point(kind: &str, fields: &Value) -> Vec<u8> {
        let metric = json!({kind: {"dataPoints": [fields]}});
        let request = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]});
        let mut bytes = from_json(&REQUEST, request.to_string().as_bytes()).unwrap();
        for number in [1, 2, 2, if kind == "histogram" { 9 } else { 10 }, 1] {
            let inner = all(&bytes, number).next().unwrap().to_vec();
            bytes = inner;
        }
        bytes
    }

    fn values(distribution: &Distribution) -> Vec<(f64, u64)> {
        distribution.buckets.iter().map(|bucket| (bucket.value(distribution).unwrap(), bucket.count)).collect()
    }

    #[test]
    fn explicit_buckets_have_a_middle() {
        let fields = json!({"count": 6, "sum": 30.0, "bucketCounts": [1, 2, 3], "explicitBounds": [4, 8]});
        let found = Distribution::explicit(&point("histogram", &fields)).unwrap();
        assert_eq!(values(&found), [(2.0, 1), (6.0, 2), (8.0, 3)]);
        assert_eq!(found.buckets.iter().map(Bucket::le).collect::<Vec<_>>(), ["4", "8", "+Inf"]);
        // Within what there was.
        let mut with_ends = fields.clone();
        with_ends.as_object_mut().unwrap().extend([("min".to_owned(), json!(3)), ("max".to_owned(), json!(20))]);
        let found = Distribution::explicit(&point("histogram", &with_ends)).unwrap();
        assert_eq!(values(&found), [(3.5, 1), (6.0, 2), (14.0, 3)]);
        // One without buckets has its mean.
        let found = Distribution::explicit(&point("histogram", &json!({"count": 4, "sum": 10.0}))).unwrap();
        assert_eq!(values(&found), [(2.5, 4)]);
    }

    #[test]
    fn exponential_buckets_grow_by_a_factor() {
        let fields = json!({
            "count": 8, "scale": 0, "zeroCount": 1, "positive": {"offset": 1, "bucketCounts": [2, 0, 3]},
            "negative": {"offset": -1, "bucketCounts": [2]},
        });
        let found = Distribution::exponential(&point("exponentialHistogram", &fields)).unwrap();
        let near = |found: f64, expected: f64| (found - expected).abs() < 1e-12 * expected.abs();
        let root = 2_f64.sqrt();
        let values = values(&found);
        assert!(
            near(values[0].0, -root / 2.0) && near(values[2].0, 2.0 * root) && near(values[3].0, 8.0 * root),
            "{values:?}"
        );
        assert_eq!(values.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [2, 1, 2, 3]);
        assert_eq!(values[1].0, 0.0);
        for scale in [-10, 20] {
            let fields = json!({"scale": scale, "positive": {"offset": 2_147_483_647, "bucketCounts": [1, 1]}});
            let found = Distribution::exponential(&point("exponentialHistogram", &fields)).unwrap();
            assert!(found.buckets.iter().all(|bucket| bucket.value(&found).is_none_or(|value| value.is_finite())));
        }
    }

    #[test]
    fn what_does_not_fit_is_rejected() {
        for fields in [
            json!({"bucketCounts": [1]}).clone(),
            json!({"bucketCounts": [1, 2], "explicitBounds": [1, 2]}),
            json!({"bucketCounts": [1, 2, 3], "explicitBounds": [2, 1]}),
            json!({"bucketCounts": [1, 2], "explicitBounds": ["NaN"]}),
        ] {
            let found = Distribution::explicit(&point("histogram", &fields));
            // One bucket of all is right.
            assert_eq!(found.is_ok(), fields == json!({"bucketCounts": [1]}), "{fields}");
        }
        let many = json!({"bucketCounts": vec![1; 1025], "explicitBounds": (0..1024).collect::<Vec<_>>()});
        assert_eq!(Distribution::explicit(&point("histogram", &many)), Err("it has more than 1024 buckets"));
        let fine = point("exponentialHistogram", &json!({"scale": 21}));
        assert_eq!(Distribution::exponential(&fine), Err("its scale is not from -10 to 20"));
    }

    #[test]
    fn another_scale_is_made_comparable() {
        let of = |scale: i64, offset: i64, counts: &[u64], zero: f64, zeros: u64| {
            let fields = json!({
                "count": counts.iter().sum::<u64>() + zeros, "scale": scale, "zeroCount": zeros, "zeroThreshold": zero,
                "positive": {"offset": offset, "bucketCounts": counts}, "negative": {"offset": offset, "bucketCounts": counts},
            });
            Distribution::exponential(&point("exponentialHistogram", &fields)).unwrap()
        };
        let since = |now: Distribution, last: Distribution| {
            let found = now.since(&last);
            let counts = found.buckets.iter().filter(|bucket| bucket.count > 0);
            (found.scale, counts.map(|bucket| (bucket.low, bucket.high, bucket.count)).collect::<Vec<_>>())
        };
        // From two buckets a factor of 2 to one, over indexes below 0, and then back.
        let (fine, coarse) = (of(1, -4, &[1, 2, 3, 4], 0.0, 0), of(0, -2, &[4, 7], 0.0, 0));
        let grown = vec![(-0.5, -0.25, 1), (0.25, 0.5, 1)];
        assert_eq!(since(coarse, fine.clone()), (Some(0), grown));
        let coarse = of(0, -2, &[2, 7], 0.0, 0);
        assert_eq!(since(fine.clone(), coarse), (Some(0), vec![(-0.5, -0.25, 1), (0.25, 0.5, 1)]));
        // More about zero: the two buckets below 0.5 have gone there.
        let (before, now) = (of(0, -2, &[4, 7], 0.0, 1), of(0, -1, &[7, 1], 0.5, 10));
        assert_eq!(since(now, before), (Some(0), vec![(-2.0, -1.0, 1), (-0.5, 0.5, 1), (1.0, 2.0, 1)]));
    }
}
