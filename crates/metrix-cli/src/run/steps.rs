//! [`Steps`]: what the lines of a chunk come to.

use std::num::NonZeroU32;

use metrix::Timestamp;
use metrix_io::{Chunk, Reading};

/// What is to be done for a line of a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// A reading is to be sent.
    Send { line: u32, series: usize, value: f64, copies: NonZeroU32, at: Option<Timestamp> },
    /// A measurement was left out, as its line has no value for it.
    Skip { line: u32 },
    /// The line is wrong in this way, and nothing else comes of it.
    Wrong { line: u32, kind: &'static str },
    /// The line is still to be read: a part of it is wrong, or it can't be understood without those before it.
    Read { line: u32 },
}

/// What the lines of a chunk come to, in their order.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) chunk: Chunk,
    /// How many lines it has.
    pub(crate) lines: u32,
    pub(crate) steps: Vec<Step>,
    /// Who has made them: each hand numbers the series for itself.
    pub(crate) hand: usize,
    /// Whether this hand has forgotten the series that it knew before, and begins with 0 again.
    pub(crate) forgets: bool,
    /// The first readings of series that have the next numbers.
    pub(crate) new: Vec<Reading<'static>>,
}

impl Step {
    /// The place of its line in the chunk, from 0 on.
    #[inline]
    pub(crate) fn line(&self) -> u32 {
        match self {
            Self::Send { line, .. } | Self::Skip { line } | Self::Wrong { line, .. } | Self::Read { line } => *line,
        }
    }
}
