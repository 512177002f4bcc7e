//! The driver's loop for operators that are [plain](Operator::is_plain).

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::outlet::{Outlet, OverOnPanic, Phase};
use super::{BUDGET, Operate, TimeDomain, yield_now};
use crate::Operator;

impl<S, O, T> Operate<S, O, T>
where
    S: Stream,
    O: Operator<S::Item>,
    T: TimeDomain<S::Item>,
{
    /// The whole of `poll_next` for an operator that has nothing but its items to look after. It is small, and calls
    /// little, so that a stage after it can hold its state in registers: that makes a chain twice as fast.
    #[inline]
    pub(super) fn poll_plain(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<O::Out>> {
        let mut this = self.project();
        if *this.phase == Phase::Over {
            this.input.set(None);
            return Poll::Ready(None);
        }
        for _ in 0..BUDGET {
            let Some(input) = this.input.as_mut().as_pin_mut() else { return Poll::Ready(None) };
            let over = OverOnPanic(this.phase);
            let polled = input.poll_next(cx);
            let Poll::Ready(Some(item)) = polled else {
                std::mem::forget(over);
                if polled.is_ready() {
                    *this.phase = Phase::Over;
                    this.input.set(None);
                    return Poll::Ready(None);
                }
                return Poll::Pending;
            };
            let mut out = Outlet::new(this.emitted);
            if let Some((item, at)) = this.domain.admit(item, |at, mark| this.operator.is_late(at, mark)) {
                this.operator.on_item(item, at, &mut out);
            }
            assert!(out.next == Phase::Flowing, "an operator that says it is plain has emitted two outputs at once");
            std::mem::forget(over);
            if let Some(first) = out.first {
                return Poll::Ready(Some(first));
            }
        }
        yield_now(cx)
    }
}
