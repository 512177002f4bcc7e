//! [`Keep`]: which of several items with one key stays.

/// Which of several items with one key stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Keep {
    /// The first that came.
    First,
    /// The last that came.
    Last,
}
