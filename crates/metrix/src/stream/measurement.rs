//! [`Measurement`]: what goes into a metric stream, and [`Stamp`], which gives it a time.

use std::num::NonZeroU32;
use std::sync::Arc;

use metrix_core::{Emit, Operator, Timestamp};

use crate::Tags;
use crate::shard::Shard;

/// A value on its way into a stream.
#[derive(Clone, Debug)]
pub(crate) struct Measurement {
    pub(crate) value: f64,
    /// How many equal values it stands for.
    pub(crate) weight: NonZeroU32,
    pub(crate) tags: Tags,
    /// When it was measured, if the sender said so.
    pub(crate) at: Option<Timestamp>,
    /// Where its thread keeps its series, if it does.
    pub(super) ticket: Option<Ticket>,
}

/// A thread's shard, for a value that goes through the stream's lock.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) shard: Arc<Shard>,
    /// That of the place where the series came last, which may be in another window.
    pub(super) key: u64,
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
