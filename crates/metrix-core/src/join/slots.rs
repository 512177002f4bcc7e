//! The inputs of a stream that has several, each with a place for one item. No part of the API.
#![expect(unnameable_types, reason = "only `Inputs` is for users")]

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project::pin_project;

/// The most items that one poll takes without emitting any, before it lets other tasks run.
pub(super) const BUDGET: usize = 256;

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

/// The slots of a tuple: the first, and the others.
#[pin_project]
#[derive(Debug)]
pub struct Cons<S: Stream, R> {
    #[pin]
    first: Slot<S>,
    #[pin]
    rest: R,
}

impl<S: Stream, R> Cons<S, R> {
    pub(super) fn new(first: S, rest: R) -> Self {
        Self { first: Slot::new(first), rest }
    }
}

/// No more slots.
#[derive(Debug)]
pub struct Nil;

impl<S: Stream, R: Slots> Slots for Cons<S, R> {
    type First = S::Item;
    type Items = (S::Item, R::Items);

    #[inline]
    fn count(&self) -> usize {
        1 + self.rest.count()
    }

    #[inline]
    fn poll(self: Pin<&mut Self>, i: usize, cx: &mut Context<'_>) -> Poll<bool> {
        let this = self.project();
        if i == 0 { this.first.poll(cx) } else { this.rest.poll(i - 1, cx) }
    }

    #[inline]
    fn is_held(&self, i: usize) -> bool {
        if i == 0 { self.first.item.is_some() } else { self.rest.is_held(i - 1) }
    }

    #[inline]
    fn is_open(&self, i: usize) -> bool {
        if i == 0 { self.first.input.is_some() } else { self.rest.is_open(i - 1) }
    }

    fn size_hint(&self, i: usize) -> Hint {
        if i == 0 { self.first.size_hint() } else { self.rest.size_hint(i - 1) }
    }

    #[inline]
    fn take(self: Pin<&mut Self>) -> Self::Items {
        let this = self.project();
        (this.first.take().expect(HELD), this.rest.take())
    }

    #[inline]
    fn take_first(self: Pin<&mut Self>) -> Option<S::Item> {
        self.project().first.take()
    }

    fn close(self: Pin<&mut Self>) {
        let this = self.project();
        this.first.close();
        this.rest.close();
    }
}

impl Slots for Nil {
    type First = ();
    type Items = ();

    #[inline]
    fn count(&self) -> usize {
        0
    }

    fn poll(self: Pin<&mut Self>, _i: usize, _cx: &mut Context<'_>) -> Poll<bool> {
        Poll::Ready(false)
    }

    fn is_held(&self, _i: usize) -> bool {
        false
    }

    fn is_open(&self, _i: usize) -> bool {
        false
    }

    fn size_hint(&self, _i: usize) -> Hint {
        (0, Some(0))
    }

    fn take(self: Pin<&mut Self>) {}

    fn take_first(self: Pin<&mut Self>) -> Option<()> {
        None
    }

    fn close(self: Pin<&mut Self>) {}
}

impl<S, R> Latest for Cons<S, R>
where
    S: Stream<Item: Clone>,
    R: Latest,
{
    fn latest(&self) -> Self::Items {
        (self.first.latest(), self.rest.latest())
    }
}

impl<S: Stream, R: Latest> LatestOthers for Cons<S, R> {
    fn latest_after(&self, first: S::Item) -> Self::Items {
        (first, self.rest.latest())
    }
}

impl Latest for Nil {
    fn latest(&self) {}
}

impl<S: Stream, R: Uniform<S::Item>> Uniform<S::Item> for Cons<S, R> {
    #[inline]
    fn take_at(self: Pin<&mut Self>, i: usize) -> Option<S::Item> {
        let this = self.project();
        if i == 0 { this.first.take() } else { this.rest.take_at(i - 1) }
    }
}

impl<T> Uniform<T> for Nil {
    fn take_at(self: Pin<&mut Self>, _i: usize) -> Option<T> {
        None
    }
}

/// The slots of a `Vec`: boxed, because the elements of a pinned slice can't be pinned without `unsafe`.
#[derive(Debug)]
pub struct VecSlots<S: Stream>(Vec<Slot<Pin<Box<S>>>>);

impl<S: Stream> VecSlots<S> {
    pub(super) fn new(inputs: Vec<S>) -> Self {
        Self(inputs.into_iter().map(|input| Slot::new(Box::pin(input))).collect())
    }
}

impl<S: Stream> Slots for VecSlots<S> {
    type First = S::Item;
    type Items = Vec<S::Item>;

    #[inline]
    fn count(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn poll(mut self: Pin<&mut Self>, i: usize, cx: &mut Context<'_>) -> Poll<bool> {
        Pin::new(&mut self.0[i]).poll(cx)
    }

    #[inline]
    fn is_held(&self, i: usize) -> bool {
        self.0[i].item.is_some()
    }

    #[inline]
    fn is_open(&self, i: usize) -> bool {
        self.0[i].input.is_some()
    }

    fn size_hint(&self, i: usize) -> Hint {
        self.0[i].size_hint()
    }

    fn take(mut self: Pin<&mut Self>) -> Vec<S::Item> {
        self.0.iter_mut().map(|slot| slot.item.take().expect(HELD)).collect()
    }

    fn take_first(mut self: Pin<&mut Self>) -> Option<S::Item> {
        self.0.first_mut()?.item.take()
    }

    fn close(mut self: Pin<&mut Self>) {
        self.0.iter_mut().for_each(|slot| Pin::new(slot).close());
    }
}

impl<S: Stream<Item: Clone>> Latest for VecSlots<S> {
    fn latest(&self) -> Vec<S::Item> {
        self.0.iter().map(Slot::latest).collect()
    }
}

impl<S: Stream<Item: Clone>> LatestOthers for VecSlots<S> {
    fn latest_after(&self, first: S::Item) -> Vec<S::Item> {
        std::iter::once(first).chain(self.0.iter().skip(1).map(Slot::latest)).collect()
    }
}

impl<S: Stream> Uniform<S::Item> for VecSlots<S> {
    #[inline]
    fn take_at(mut self: Pin<&mut Self>, i: usize) -> Option<S::Item> {
        self.0[i].item.take()
    }
}

/// Adds up the bounds of several streams.
pub(super) fn sum_hints(hints: impl Iterator<Item = Hint>) -> Hint {
    hints.fold((0, Some(0)), |(least, most), (also_least, also_most)| {
        let most = most.zip(also_most).and_then(|(a, b)| a.checked_add(b));
        (least.saturating_add(also_least), most)
    })
}
