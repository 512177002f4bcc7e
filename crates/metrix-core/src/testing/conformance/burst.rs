//! [`Burst`]: an operator that emits several items in one call, as one that stands before another in a chain may.

use crate::{Emit, Operator, Timestamp};

#[derive(Debug)]
pub(super) struct Burst;

impl<T> Operator<Vec<T>> for Burst {
    type Out = T;

    fn is_timed(&self) -> bool {
        false
    }

    fn on_item(&mut self, items: Vec<T>, _now: Timestamp, out: &mut impl Emit<T>) {
        items.into_iter().for_each(|item| out.emit(item));
    }
}
