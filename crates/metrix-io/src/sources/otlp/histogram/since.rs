//! What has come to a [`Distribution`] since it was like another one.

use std::collections::HashMap;

use super::{Bucket, Distribution};

impl Distribution {
    /// What has come since it was like that. Where its bounds are others now, nothing is known of the buckets; but those of another
    /// scale, or with more about zero, are made comparable.
    pub(crate) fn since(&self, last: &Self) -> Self {
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
            sum: self.sum.zip(last.sum).map(|(now, then)| now - then).filter(|sum| sum.is_finite()),
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

#[cfg(test)]
mod tests {
    use super::super::tests::point;
    use super::*;
    use serde_json::json;

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
