//! [`AggError`]: why there is no such aggregate, or no such list of them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use metrix_core::fold::BoundsError;

use super::built_in::NAMES;

/// Why there is no such aggregate, or why a stream can't have such a list of them.
///
/// ```
/// use metrix::Agg;
///
/// let error = "p101".parse::<Agg>().unwrap_err();
/// assert_eq!(error.to_string(), "`p101` is no percentile: write p and a number from 0 to 100, as in p99.9");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AggError {
    /// None of the built-in aggregates is called so.
    Unknown {
        /// What was asked for.
        given: String,
        /// What may have been meant.
        nearest: Option<String>,
    },
    /// A percentile is not a number from 0 to 100.
    Percentile {
        /// What was asked for.
        given: String,
    },
    /// A histogram comes without bounds, or without a bracket around them.
    NoBounds {
        /// What was asked for.
        given: String,
    },
    /// A bound of a histogram is not a number.
    Bound {
        /// What was asked for.
        given: String,
        /// The bound.
        bound: String,
    },
    /// The bounds of a histogram make no buckets.
    Bounds {
        /// What was asked for.
        given: String,
        /// What is wrong with them.
        error: BoundsError,
    },
    /// A name is empty, or holds control characters.
    Name {
        /// The name.
        name: Arc<str>,
    },
    /// The list has no aggregate at all.
    Empty,
    /// Two aggregates have one name.
    Twice {
        /// The name.
        name: Arc<str>,
    },
    /// A rate is asked for where there is no window, or one without length, to divide by.
    NoWindow {
        /// The name of the rate.
        name: Arc<str>,
    },
    /// States are to be merged, and those of this aggregate can't be.
    NotMergeable {
        /// The name of the aggregate.
        name: Arc<str>,
    },
}

impl fmt::Display for AggError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { given, nearest } => {
                write!(f, "there is no aggregate `{}`", given.escape_debug())?;
                if let Some(nearest) = nearest {
                    write!(f, ": did you mean `{nearest}`?")?;
                }
                write!(f, " (known are {}, p50 or any other percentile, and histogram(1,10,100))", NAMES.join(", "))
            }
            Self::Percentile { given } => {
                let given = given.escape_debug();
                write!(f, "`{given}` is no percentile: write p and a number from 0 to 100, as in p99.9")
            }
            Self::NoBounds { given } => {
                let given = given.escape_debug();
                write!(f, "`{given}` has no bounds: give them in brackets, as in histogram(1,10,100)")
            }
            Self::Bound { given, bound } => {
                let (given, bound) = (given.escape_debug(), bound.escape_debug());
                write!(f, "the bound `{bound}` of `{given}` is no number: write them as in histogram(0.5,10,1e3)")
            }
            Self::Bounds { given, error } => write!(f, "`{}` is not possible: {error}", given.escape_debug()),
            Self::Name { name } if name.is_empty() => write!(f, "the name of an aggregate is empty: give it one"),
            Self::Name { name } => {
                let name = name.escape_debug();
                write!(f, "the aggregate `{name}` has control characters in its name: leave them out")
            }
            Self::Empty => write!(f, "there is no aggregate: give at least one, for example \"mean\""),
            Self::Twice { name } => {
                let name = name.escape_debug();
                write!(f, "two aggregates are called `{name}`: give one another name, as in (\"other\", \"{name}\")")
            }
            Self::NoWindow { name } => {
                let name = name.escape_debug();
                write!(f, "the rate `{name}` needs a window to divide by: take a window longer than 0, or \"sum\"")
            }
            Self::NotMergeable { name } => {
                let name = name.escape_debug();
                write!(f, "the states of the aggregate `{name}` can't be merged: make it by `Agg::mergeable`")
            }
        }
    }
}

impl Error for AggError {}
