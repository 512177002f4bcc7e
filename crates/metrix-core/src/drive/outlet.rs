//! [`Outlet`]: where an operator's outputs go on their way out, and [`Phase`]: what is left of them.

use std::collections::VecDeque;

use crate::Emit;

/// What the next poll has to begin with. One look at it tells whether anything but pulling items is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing that was emitted is left.
    Flowing,
    /// Outputs wait in the queue.
    Draining,
    /// The stream has ended.
    Over,
}

/// Keeps an operator's first output at hand and queues the others, so that most outputs never see the queue.
pub(super) struct Outlet<'a, T> {
    pub(super) first: Option<T>,
    /// What there is to do after the first is handed out.
    pub(super) next: Phase,
    queue: &'a mut VecDeque<T>,
}

impl<'a, T> Outlet<'a, T> {
    #[inline]
    pub(super) fn new(queue: &'a mut VecDeque<T>) -> Self {
        Self { first: None, next: Phase::Flowing, queue }
    }
}

impl<T> Emit<T> for Outlet<'_, T> {
    #[inline]
    fn emit(&mut self, output: T) {
        if self.first.is_none() {
            self.first = Some(output);
        } else {
            self.queue.push_back(output);
            self.next = Phase::Draining;
        }
    }
}

/// Leaves a stream that is over, should the operator or the input panic.
pub(super) struct OverOnPanic<'a>(pub(super) &'a mut Phase);

impl Drop for OverOnPanic<'_> {
    fn drop(&mut self) {
        *self.0 = Phase::Over;
    }
}
