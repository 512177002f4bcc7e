//! [`Chain`]: an error with its causes, for a line of a log.

use std::error::Error;
use std::{fmt, iter};

/// An error and its causes, each after a colon: our errors don't repeat what their `source` says.
pub(crate) struct Chain<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        iter::successors(self.0.source(), |&error| error.source()).try_for_each(|cause| write!(f, ": {cause}"))
    }
}
