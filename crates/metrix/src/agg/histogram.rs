//! [`CumulativeHistogram`]: a histogram as Prometheus has it.

use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::fold::{BoundsError, Fold, Histogram, Merge};

use super::weighed::Weighed;
use crate::Tags;

/// Counts the values up to each bound, those below the bound before it included, and all of them up to `+Inf`.
pub(super) struct CumulativeHistogram {
    histogram: Histogram,
    /// The tag of each bucket. Shared by all groups and windows, so that a result copies no text.
    le: Arc<[Tags]>,
}

impl CumulativeHistogram {
    pub(super) fn try_new(bounds: impl IntoIterator<Item = f64>) -> Result<Self, BoundsError> {
        let histogram = Histogram::try_new(bounds)?;
        let bounds = histogram.bounds().iter().map(|&bound| shortest(bound));
        let le = bounds.chain(["+Inf".to_owned()]).map(|bound| Tags::from([("le", bound)])).collect();
        Ok(Self { histogram, le })
    }
}

/// The shortest text that reads back as the number, with an exponent where it would be long: `1`, `0.5`, `1e16`.
fn shortest(bound: f64) -> String {
    // So that a negative zero is written as the zero that it equals.
    let text = format!("{:?}", bound + 0.0);
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

impl Fold<f64> for CumulativeHistogram {
    type State = Vec<u64>;
    type Out = Vec<(Tags, u64)>;

    fn init(&self) -> Vec<u64> {
        Fold::<f64>::init(&self.histogram)
    }

    fn step(&self, state: &mut Vec<u64>, value: f64) {
        self.histogram.step(state, value);
    }

    fn finish(&self, state: Vec<u64>) -> Vec<(Tags, u64)> {
        let mut so_far = 0_u64;
        let counts = state.into_iter().map(|count| {
            so_far = so_far.saturating_add(count);
            so_far
        });
        self.le.iter().cloned().zip(counts).collect()
    }
}

impl Merge<f64> for CumulativeHistogram {
    fn merge(&self, into: &mut Vec<u64>, later: Vec<u64>) {
        Merge::<f64>::merge(&self.histogram, into, later);
    }
}

impl Weighed for CumulativeHistogram {
    fn step_times(&self, state: &mut Vec<u64>, value: f64, times: NonZeroU32) {
        self.histogram.add_times(state, value, times);
    }
}

#[cfg(test)]
mod tests {
    use super::{CumulativeHistogram, shortest};
    use crate::tags;
    use metrix_core::Fold;

    #[test]
    fn each_bucket_counts_those_below_it_too() {
        let histogram = CumulativeHistogram::try_new([0.1, 10.0]).expect("they rise");
        let expected = [(tags! { "le" => "0.1" }, 2), (tags! { "le" => 10 }, 3), (tags! { "le" => "+Inf" }, 5)];
        assert_eq!(histogram.fold([0.1, -3.0, 5.0, 10.1, 1e9]), expected);
    }

    #[test]
    fn bounds_are_written_short_and_read_back() {
        for (bound, text) in [(1.0, "1"), (0.25, "0.25"), (-0.0, "0"), (-2.5, "-2.5"), (1e6, "1000000")] {
            assert_eq!(shortest(bound), text);
        }
        for (bound, text) in [(1e16, "1e16"), (1e-7, "1e-7"), (f64::MAX, "1.7976931348623157e308")] {
            assert_eq!(shortest(bound), text);
            assert_eq!(text.parse(), Ok(bound));
        }
    }
}
