//! The slots of a tuple: a list in types.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project::pin_project;

use super::{HELD, Hint, Latest, LatestOthers, Slot, Slots, Uniform};

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
    pub(in crate::join) fn new(first: S, rest: R) -> Self {
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
