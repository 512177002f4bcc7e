//! [`Measurement`]: what goes into a metric stream, and [`Stamp`], which gives it a time.

use std::num::NonZeroU32;

use metrix_core::{Emit, Operator, Timestamp};

use crate::Tags;

/// A value on its way into a stream.
#[derive(Clone, Debug)]
pub(crate) struct Measurement {
    pub(crate) value: f64,
    /// How many equal values it stands for.
    pub(crate) weight: NonZeroU32,
    pub(crate) tags: Tags,
    /// When it was measured, if the sender said so.
    pub(crate) at: Option<Timestamp>,
}

/// Gives measurements that have no time the time at which they come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp;

impl Operator<Measurement> for Stamp {
    type Out = Measurement;

    #[inline]
    fn on_item(&mut self, item: Measurement, now: Timestamp, out: &mut impl Emit<Measurement>) {
        out.emit(Measurement { at: item.at.or(Some(now)), ..item });
    }

    fn is_plain(&self) -> bool {
        true
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        items
    }
}
