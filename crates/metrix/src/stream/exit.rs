//! [`Exit`]: the way out of a pipeline.

use std::task::{Context, Poll};

use futures_core::Stream;
use metrix_core::{Operator, TimeDomain};

use super::elements::Elements;
use super::measurement::Measurement;
use crate::MElement;

/// The way out of a pipeline, whatever it is made of.
pub(super) trait Exit: Stream<Item = MElement> + Send + Unpin {
    /// The next element, if it is one of the window or batch that was begun.
    fn at_hand(&mut self) -> Option<MElement>;

    /// Waits for the end of the window that is open, if it has one by the clock.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()>;
}

impl<O, T> Exit for metrix_core::Elements<Measurement, O, T>
where
    O: Operator<Measurement, Out = Elements> + Send,
    T: TimeDomain<Measurement> + Send,
{
    fn at_hand(&mut self) -> Option<MElement> {
        metrix_core::Elements::at_hand(self)
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        metrix_core::Elements::poll_deadline(self, cx)
    }
}
