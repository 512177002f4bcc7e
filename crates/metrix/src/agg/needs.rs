//! [`Needs`]: which parts of a group's state a list of aggregates asks for.

use super::entry::Made;
use super::stat::Stat;

/// Which parts of the state some aggregate asks for. The others cost nothing at a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    pub(super) ends: bool,
    pub(super) moments: bool,
    pub(super) distribution: bool,
    pub(super) slots: bool,
}

impl Needs {
    /// What these ask for. The count, the sum and the extremes are there in any case.
    pub(super) fn of<'a>(all: impl IntoIterator<Item = &'a Made>) -> Self {
        let mut needs = Self::default();
        for made in all {
            match made {
                Made::Shared(Stat::Count | Stat::Sum | Stat::Mean | Stat::Rate { .. }) => {}
                Made::Shared(Stat::Min | Stat::Max | Stat::Range) => {}
                Made::Shared(Stat::First | Stat::Last) => needs.ends = true,
                Made::Shared(Stat::Variance | Stat::Stdev) => needs.moments = true,
                Made::Shared(Stat::Quantile(_)) => needs.distribution = true,
                Made::Apart { .. } => needs.slots = true,
            }
        }
        needs
    }

    /// Whether a group has to keep more than the numbers that it has room for in any case.
    #[inline]
    pub(super) fn more(self) -> bool {
        self.ends || self.moments || self.distribution || self.slots
    }
}
