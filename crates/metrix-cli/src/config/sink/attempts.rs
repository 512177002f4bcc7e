//! [`Attempts`]: how often a sink tries to write.

use std::num::NonZeroUsize;

use crate::config::problem::Read;
use crate::config::value::Value;

/// How often a sink tries to write something until it gives it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempts {
    Times(NonZeroUsize),
    Forever,
}

pub(super) fn read(value: &Value<'_>) -> Read<Attempts> {
    match value.raw().as_str() {
        Some("forever") => Ok(Attempts::Forever),
        None if value.raw().as_integer().is_some() => value.size().map(Attempts::Times),
        Some(_) | None => Err(value.is_no("a whole number, or \"forever\"")),
    }
}
