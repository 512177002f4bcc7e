//! [`Refused`]: the elements of a batch that are not to be written.

use std::error::Error;
use std::fmt::Display;

use metrix::WriteError;

/// The elements of a batch that were refused, and why the first was.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    positions: Vec<usize>,
    first: String,
}

impl Refused {
    pub(crate) fn add(&mut self, position: usize, name: &str, reason: impl Display) {
        if self.positions.is_empty() {
            let name: String = name.chars().take(100).collect();
            self.first = format!("element {position}, {name:?}: {reason}");
        }
        self.positions.push(position);
    }

    /// What the write of a batch of this length comes to, whose other elements are written.
    pub(crate) fn into_result(mut self, batch: usize) -> Result<(), WriteError> {
        if self.positions.is_empty() {
            return Ok(());
        }
        let reason = format!("{} of {batch} elements; {}", self.positions.len(), self.first);
        self.positions.sort_unstable();
        Err(WriteError::refused(reason).only(self.positions))
    }

    /// These and others; the words are those of the first of these.
    #[cfg(feature = "otlp")]
    pub(crate) fn and(mut self, others: Self) -> Self {
        if self.positions.is_empty() {
            return others;
        }
        self.positions.extend(others.positions);
        self
    }

    /// What it comes to if those at `unsent` are worth a retry. The refused ones are part of that, because an error is of
    /// one kind; the retry will refuse them again.
    #[cfg_attr(feature = "prometheus", allow(dead_code, reason = "it sends nothing"))]
    pub(crate) fn with_unsent(
        mut self,
        unsent: impl Iterator<Item = usize>,
        cause: Box<dyn Error + Send + Sync>,
    ) -> WriteError {
        self.positions.extend(unsent);
        self.positions.sort_unstable();
        WriteError::retryable(cause).only(self.positions)
    }
}
