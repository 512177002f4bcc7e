//! The inputs of a stream that has several, each with a place for one item. No part of the API.
#![expect(unnameable_types, reason = "only `Inputs` is for users")]

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project::pin_project;

mod tuple;
mod vec;

pub(super) use tuple::{Cons, Nil};
pub(super) use vec::VecSlots;

/// The upper and lower bounds of [`Stream::size_hint`].
pub(super) type Hint = (usize, Option<usize>);

/// Several inputs by number, and the item held of each.
pub trait Slots {
    /// The first input's items.
    type First;
    /// An item of each input: a `Vec`, or `(a, (b, (c, ())))`.
    type Items;

    /// How many inputs there were to begin with.
    fn count(&self) -> usize;

    /// Asks an input for its next item, which takes the place of the one held. `false` once the input is over: it is
    /// dropped then, and asking again does not poll it.
    fn poll(self: Pin<&mut Self>, i: usize, cx: &mut Context<'_>) -> Poll<bool>;

    fn is_held(&self, i: usize) -> bool;

    fn is_open(&self, i: usize) -> bool;

    /// What the input says of the items still to come from it; the held one is not among them.
    fn size_hint(&self, i: usize) -> Hint;

    /// Gives away the held items, of which there must be one of each input.
    fn take(self: Pin<&mut Self>) -> Self::Items;

    fn take_first(self: Pin<&mut Self>) -> Option<Self::First>;

    /// Drops all inputs and items.
    fn close(self: Pin<&mut Self>);

    fn held(&self) -> usize {
        (0..self.count()).filter(|&i| self.is_held(i)).count()
    }
}

/// Slots whose items can be emitted more than once.
pub trait Latest: Slots {
    /// A copy of the held items, of which there must be one of each input.
    fn latest(&self) -> Self::Items;
}

/// Slots of which all but the first give items that can be emitted more than once.
pub trait LatestOthers: Slots {
    /// A copy of the held items with `first` in front, of which there must be one of each other input.
    fn latest_after(&self, first: Self::First) -> Self::Items;
}

/// Slots whose items are all of one type.
pub trait Uniform<T>: Slots {
    fn take_at(self: Pin<&mut Self>, i: usize) -> Option<T>;
}

/// One input and its item.
#[pin_project]
pub(super) struct Slot<S: Stream> {
    #[pin]
    input: Option<S>,
    item: Option<S::Item>,
}

const HELD: &str = "the caller has seen that each input's item is held";

impl<S: Stream> Slot<S> {
    pub(super) fn new(input: S) -> Self {
        Self { input: Some(input), item: None }
    }

    #[inline]
    pub(super) fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let mut this = self.project();
        let Some(input) = this.input.as_mut().as_pin_mut() else { return Poll::Ready(false) };
        match input.poll_next(cx) {
            Poll::Ready(Some(item)) => {
                *this.item = Some(item);
                Poll::Ready(true)
            }
            Poll::Ready(None) => {
                this.input.set(None);
                Poll::Ready(false)
            }
            Poll::Pending => Poll::Pending,
        }
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> Option<S::Item> {
        self.project().item.take()
    }

    fn latest(&self) -> S::Item
    where
        S::Item: Clone,
    {
        self.item.clone().expect(HELD)
    }

    fn size_hint(&self) -> Hint {
        self.input.as_ref().map_or((0, Some(0)), Stream::size_hint)
    }

    fn close(self: Pin<&mut Self>) {
        let mut this = self.project();
        this.input.set(None);
        *this.item = None;
    }
}

impl<S: Stream> fmt::Debug for Slot<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, held) = (self.input.is_some(), self.item.is_some());
        f.debug_struct("Slot").field("open", &open).field("held", &held).finish()
    }
}

/// Adds up the bounds of several streams.
pub(super) fn sum_hints(hints: impl Iterator<Item = Hint>) -> Hint {
    hints.fold((0, Some(0)), |(least, most), (also_least, also_most)| {
        let most = most.zip(also_most).and_then(|(a, b)| a.checked_add(b));
        (least.saturating_add(also_least), most)
    })
}
