//! [`Needs`]: which parts of a group's state a list of aggregates asks for.

use std::ops::BitOr;

use super::entry::Made;
use super::stat::Stat;

/// Which parts of the state some aggregate asks for, a bit each. The others cost nothing at a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs(u8);

impl Needs {
    /// The first and the last value.
    pub(super) const ENDS: Self = Self(1);
    pub(super) const MOMENTS: Self = Self(2);
    pub(super) const DISTRIBUTION: Self = Self(4);
    /// The states of aggregates that are made apart.
    pub(super) const SLOTS: Self = Self(8);

    /// What these ask for. The count, the sum and the extremes are there in any case.
    pub(super) fn of<'a>(all: impl IntoIterator<Item = &'a Made>) -> Self {
        all.into_iter().fold(Self::default(), |needs, made| {
            needs
                | match made {
                    Made::Shared(Stat::Count | Stat::Sum | Stat::Mean | Stat::Rate { .. }) => Self::default(),
                    Made::Shared(Stat::Min | Stat::Max | Stat::Range) => Self::default(),
                    Made::Shared(Stat::First | Stat::Last) => Self::ENDS,
                    Made::Shared(Stat::Variance | Stat::Stdev) => Self::MOMENTS,
                    Made::Shared(Stat::Quantile(_)) => Self::DISTRIBUTION,
                    Made::Apart { .. } => Self::SLOTS,
                }
        })
    }

    /// Whether these are among them.
    #[inline]
    pub(super) fn has(self, part: Self) -> bool {
        self.0 & part.0 == part.0
    }

    /// Whether nothing is asked for but these.
    #[inline]
    pub(super) fn are_among(self, parts: Self) -> bool {
        self | parts == parts
    }

    /// Whether a group has to keep more than the numbers that it has room for in any case.
    #[inline]
    pub(super) fn more(self) -> bool {
        self != Self::default()
    }
}

impl BitOr for Needs {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
