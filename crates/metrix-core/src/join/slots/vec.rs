//! The slots of a `Vec`.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{HELD, Hint, Latest, LatestOthers, Slot, Slots, Uniform};

/// The slots of a `Vec`: boxed, because the elements of a pinned slice can't be pinned without `unsafe`.
#[derive(Debug)]
pub struct VecSlots<S: Stream>(Vec<Slot<Pin<Box<S>>>>);

impl<S: Stream> VecSlots<S> {
    pub(in crate::join) fn new(inputs: Vec<S>) -> Self {
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
