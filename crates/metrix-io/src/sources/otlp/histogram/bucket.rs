//! [`Bucket`]: how many values lie between two bounds.

use std::borrow::Cow;

use super::Distribution;

/// How many values lie between two bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bucket {
    /// What tells it from others of the histogram, as long as the scale stays the same.
    pub(crate) id: i64,
    pub(crate) count: u64,
    /// Above this, and up to that: `-inf` and `inf` where there is no bound.
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Bucket {
    /// One that is not that of zero.
    pub(super) fn exponential(id: i64, count: u64, scale: i64) -> Self {
        // The bucket of an index is above base^index, and up to base^(index + 1), where base = 2^(2^-scale).
        let (index, factor) = (index(id), (-scale as f64).exp2());
        let bound = |index: i64| (index as f64 * factor).exp2();
        let (low, high) = (bound(index), bound(index + 1));
        let (low, high) = if id > 0 { (low, high) } else { (-high, -low) };
        Self { id, count, low, high }
    }

    /// The same at a scale that is coarser by so many steps; what is within this distance from zero, to the better part, belongs to
    /// the bucket there.
    pub(super) fn coarser(self, steps: i64, scale: i64, zero: f64) -> Self {
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
    pub(crate) fn value(&self, whole: &Distribution) -> Option<f64> {
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
    pub(crate) fn le(&self) -> Cow<'static, str> {
        if self.high == f64::INFINITY { Cow::Borrowed("+Inf") } else { Cow::Owned(self.high.to_string()) }
    }
}

/// The index that such a number is of, on either side.
fn index(id: i64) -> i64 {
    id.abs() - 1 + i64::from(i32::MIN)
}

/// A number from 1 on for each index of 32 bits.
pub(super) fn ids(index: i64) -> i64 {
    index - i64::from(i32::MIN) + 1
}
