//! [`Stat`]: an aggregate that is read off the state that a group's aggregates share.

use metrix_core::fold::{Fold, Mean, Range};

use super::AggsState;

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
    pub(super) fn of(self, AggsState { shared, more }: &AggsState) -> Option<f64> {
        match self {
            Self::Count => Some(shared.count as f64),
            Self::Sum => Some(shared.sum.value()),
            Self::Min => shared.min(),
            Self::Max => shared.max(),
            Self::Mean => Fold::<f64>::finish(&Mean, (shared.sum, shared.count)),
            Self::Variance => more.as_ref()?.variance(),
            Self::Stdev => more.as_ref()?.variance().map(f64::sqrt),
            Self::Range => Fold::<f64>::finish(&Range, (shared.min(), shared.max())),
            Self::First => more.as_ref()?.first(),
            Self::Last => more.as_ref()?.last(),
            Self::Rate { seconds } => Some(shared.sum.value() / seconds),
            Self::Quantile(q) => more.as_ref()?.quantile(q),
        }
    }

    /// Whether it comes out the same in whatever order and parts the values come, rounding and the sign of a zero aside.
    pub(super) fn is_order_free(self) -> bool {
        match self {
            Self::First | Self::Last => false,
            Self::Count
            | Self::Sum
            | Self::Min
            | Self::Max
            | Self::Mean
            | Self::Variance
            | Self::Stdev
            | Self::Range
            | Self::Rate { .. }
            | Self::Quantile(_) => true,
        }
    }
}
