//! [`Distribution`]: the buckets of a histogram, of either kind.

mod bucket;
mod since;

use self::bucket::ids;
use super::fields::{double, fixed64, fixed64s, integer, integers, merged};
use crate::otlp::wire::unzigzag;

pub(super) use self::bucket::Bucket;

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

    pub(super) fn point(kind: &str, fields: &Value) -> Vec<u8> {
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
}
