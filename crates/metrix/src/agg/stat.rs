//! [`Stat`]: an aggregate that is read off the state that a group's aggregates share.

use metrix_core::fold::{Fold, Mean, Range};

use super::shared::Shared;

/// A built-in aggregate without a state of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stat {
    Count,
    Sum,
    Min,
    Max,
    Mean,
    Variance,
    Stdev,
    Range,
    First,
    Last,
    /// The sum by seconds of the window, of which there are so many.
    Rate {
        seconds: f64,
    },
    Quantile(f64),
}

impl Stat {
    /// Its value for a group, if it has one there.
    pub(super) fn of(self, shared: &Shared) -> Option<f64> {
        match self {
            Self::Count => Some(shared.count as f64),
            Self::Sum => Some(shared.sum.value()),
            Self::Min => shared.min(),
            Self::Max => shared.max(),
            Self::Mean => Fold::<f64>::finish(&Mean, (shared.sum, shared.count)),
            Self::Variance => shared.moments.sample_variance(),
            Self::Stdev => shared.moments.sample_variance().map(f64::sqrt),
            Self::Range => Fold::<f64>::finish(&Range, (shared.min(), shared.max())),
            Self::First => shared.any().then_some(shared.first),
            Self::Last => shared.any().then_some(shared.last),
            Self::Rate { seconds } => Some(shared.sum.value() / seconds),
            Self::Quantile(q) => shared.distribution.as_ref().and_then(|numbers| numbers.quantile(q)),
        }
    }
}
