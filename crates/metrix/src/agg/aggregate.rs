//! [`Aggregate`]: a value that an aggregate has come to.

use crate::Tags;

/// One value that the [aggregates](super::Aggs) of a group have come to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Aggregate {
    /// The place of its aggregate in the list, from 0.
    pub agg: usize,
    /// The tags that it has beside those of the group, over which they hold.
    pub tags: Tags,
    /// The value, which is finite.
    pub value: f64,
}
