//! [`CombineLatest`]: the latest items of several inputs, whenever one of them has a new one.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};
use pin_project::pin_project;

use super::Inputs;
use super::slots::{Latest, Slots, sum_hints};
use crate::drive::BUDGET;
use crate::macros::opaque_debug;

/// Adds [`combine_latest`](Self::combine_latest) to streams.
pub trait CombineLatestExt: Stream + Sized {
    /// Emits pairs: at each item of this stream or of `other`, the latest of both.
    ///
    /// For more than two inputs, and all that is to be said of it, see the function
    /// [`combine_latest`](combine_latest()).
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let loads = futures::stream::iter([0.5, 0.75]);
    /// let limits = futures::stream::iter([1.0, 0.7]);
    /// let pairs: Vec<(f64, f64)> = loads.combine_latest(limits).collect().await;
    /// assert_eq!(pairs, [(0.5, 1.0), (0.75, 1.0), (0.75, 0.7)]);
    /// # });
    /// ```
    fn combine_latest<B>(self, other: B) -> CombineLatest<(Self, B)>
    where
        B: Stream<Item: Clone>,
        Self::Item: Clone,
    {
        combine_latest((self, other))
    }
}

impl<S: Stream> CombineLatestExt for S {}

/// Emits the latest items of all inputs, whenever one of the inputs has a new one: a tuple for a tuple of inputs, a
/// `Vec` for a `Vec` of inputs.
///
/// Nothing is emitted until each input has given an item; only the latest of each is kept until then. Which inputs
/// cause an output can be [chosen](CombineLatest::emit_on). Ready inputs take turns, and every item of theirs gives its
/// own output. One item of each input is held.
///
/// An input that ends is dropped, and its last item stays. The stream ends, and drops the inputs that are left, when
/// nothing more can come out: once the inputs that cause outputs have ended, or an input that never gave an item has.
///
/// To combine two branches of one stream, [`share`](super::ShareExt::share) it.
///
/// ```
/// use futures::stream::iter;
/// use metrix_core::prelude::*;
///
/// # futures::executor::block_on(async {
/// let latest = combine_latest(vec![iter(1..=2), iter(10..=10), iter(100..=100)]);
/// assert_eq!(latest.collect::<Vec<Vec<i32>>>().await, [[1, 10, 100], [2, 10, 100]]);
/// # });
/// ```
pub fn combine_latest<I>(inputs: I) -> CombineLatest<I>
where
    I: Inputs,
    I::Slots: Latest,
{
    let slots = inputs.into_slots();
    let missing = slots.count();
    CombineLatest { slots, emit_on: None, missing, turn: 0, over: missing == 0 }
}

/// The stream of [`combine_latest`](combine_latest()) and [`CombineLatestExt::combine_latest`].
#[pin_project]
#[must_use = "streams do nothing unless polled"]
pub struct CombineLatest<I: Inputs> {
    #[pin]
    slots: I::Slots,
    /// The inputs that cause outputs, if not all do.
    emit_on: Option<Box<[usize]>>,
    /// How many inputs have not given an item yet.
    missing: usize,
    /// The input to be asked next.
    turn: usize,
    over: bool,
}

impl<I: Inputs> CombineLatest<I> {
    /// Lets only the items of these inputs, counted from 0, cause an output; those of the others are remembered.
    ///
    /// ```
    /// use metrix_core::prelude::*;
    ///
    /// # futures::executor::block_on(async {
    /// let limits = futures::stream::iter([0.5, 0.9]);
    /// let loads = futures::stream::iter([0.6, 0.7]);
    /// let pairs: Vec<(f64, f64)> = limits.combine_latest(loads).emit_on([1]).collect().await;
    /// assert_eq!(pairs, [(0.5, 0.6), (0.9, 0.7)]);
    /// # });
    /// ```
    ///
    /// # Panics
    /// If there is no such input, or none is chosen, so that nothing could ever come out.
    #[track_caller]
    pub fn emit_on(self, inputs: impl IntoIterator<Item = usize>) -> Self {
        let (chosen, count): (Box<[usize]>, usize) = (inputs.into_iter().collect(), self.slots.count());
        assert!(!chosen.is_empty(), "combine_latest must emit on at least one input");
        if let Some(i) = chosen.iter().find(|&&i| i >= count) {
            panic!("combine_latest can't emit on input {i}: it has {count}, counted from 0");
        }
        Self { emit_on: Some(chosen), ..self }
    }

    fn emits(&self, i: usize) -> bool {
        emits(self.emit_on.as_deref(), i)
    }
}

#[inline]
fn emits(emit_on: Option<&[usize]>, i: usize) -> bool {
    emit_on.is_none_or(|chosen| chosen.contains(&i))
}

opaque_debug!(CombineLatest<I: Inputs> { emit_on, missing, turn, over });

impl<I> CombineLatest<I>
where
    I: Inputs,
    I::Slots: Latest,
{
    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Items>> {
        let mut this = self.project();
        let (inputs, emit_on) = (this.slots.count(), this.emit_on.as_deref());
        let mut silent = 0;
        let mut taken = 0;
        while silent < inputs && taken < BUDGET {
            let i = *this.turn;
            *this.turn = if i + 1 == inputs { 0 } else { i + 1 };
            silent += 1;
            if !this.slots.is_open(i) {
                continue;
            }
            let first = !this.slots.is_held(i);
            match this.slots.as_mut().poll(i, cx) {
                Poll::Ready(true) => {
                    *this.missing -= usize::from(first);
                    if *this.missing == 0 && emits(emit_on, i) {
                        return Poll::Ready(Some(I::items(this.slots.latest())));
                    }
                    silent = 0;
                    taken += 1;
                }
                Poll::Ready(false) => {
                    if first || !(0..inputs).any(|i| emits(emit_on, i) && this.slots.is_open(i)) {
                        return Poll::Ready(None);
                    }
                }
                Poll::Pending => {}
            }
        }
        if taken == BUDGET {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<I> Stream for CombineLatest<I>
where
    I: Inputs,
    I::Slots: Latest,
{
    type Item = I::Items;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<I::Items>> {
        // It stays over, should an input panic.
        let polled = if std::mem::replace(self.as_mut().project().over, true) {
            Poll::Ready(None)
        } else {
            self.as_mut().step(cx)
        };
        let this = self.project();
        *this.over = matches!(polled, Poll::Ready(None));
        if *this.over {
            this.slots.close();
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.over {
            return (0, Some(0));
        }
        let inputs = 0..self.slots.count();
        let (least, most) = sum_hints(inputs.clone().filter(|&i| self.emits(i)).map(|i| self.slots.size_hint(i)));
        // All others may end before the last input gives its first item: then only the items of this one count.
        let missing = inputs.filter(|&i| !self.slots.is_held(i));
        let least_of_last = missing.map(|i| if self.emits(i) { self.slots.size_hint(i).0 } else { 0 }).min();
        (least_of_last.unwrap_or(least), most)
    }
}

impl<I> FusedStream for CombineLatest<I>
where
    I: Inputs,
    I::Slots: Latest,
{
    fn is_terminated(&self) -> bool {
        self.over
    }
}

#[cfg(test)]
mod tests;
