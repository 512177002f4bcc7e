//! [`Exit`]: the way out of a pipeline.

use futures_core::Stream;
use metrix_core::{Operator, TimeDomain};

use super::elements::Elements;
use super::measurement::Measurement;
use crate::MElement;

/// The way out of a pipeline, whatever it is made of.
pub(super) trait Exit: Stream<Item = MElement> + Send + Unpin {
    /// The next element, if it is one of the window or batch that was begun.
    fn at_hand(&mut self) -> Option<MElement>;
}

impl<O, T> Exit for metrix_core::Elements<Measurement, O, T>
where
    O: Operator<Measurement, Out = Elements> + Send,
    T: TimeDomain<Measurement> + Send,
{
    fn at_hand(&mut self) -> Option<MElement> {
        metrix_core::Elements::at_hand(self)
    }
}
