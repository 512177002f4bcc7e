//! [`Script`]: an input that does what the test says.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::{FusedStream, Stream};

use super::Ledger;

/// An endless input stops here within one poll of the stream under test: whoever asks for more would never return.
pub(super) const MOST_IN_ONE_POLL: usize = 10_000;

/// A stream that gives its items at once, or one for each [`release`](Ledger::release), and whose [`Ledger`] tells how it
/// was treated. A clone begins from the start and shares the ledger, so that a stream can have several inputs.
///
/// ```
/// use metrix_core::{prelude::*, testing::Script};
///
/// let input = Script::new([1, 2, 3]);
/// let ledger = input.ledger();
/// let sums: Vec<i32> = futures::executor::block_on(input.map(|x| x + 1).collect());
/// assert_eq!(sums, [2, 3, 4]);
/// assert_eq!((ledger.given(), ledger.alive(), ledger.polled_after_end()), (3, 0, 0));
/// ```
pub struct Script<T> {
    items: Arc<[T]>,
    pausing: bool,
    endless: bool,
    panics_at: Option<usize>,
    claims: Option<(usize, Option<usize>)>,
    position: usize,
    id: usize,
    ledger: Ledger,
}

impl<T> Script<T> {
    /// An input that has all of these items ready, and then ends.
    pub fn new(items: impl IntoIterator<Item = T>) -> Self {
        let ledger = Ledger::default();
        Self {
            items: items.into_iter().collect(),
            pausing: false,
            endless: false,
            panics_at: None,
            claims: None,
            position: 0,
            id: ledger.enter(),
            ledger,
        }
    }

    /// Waits for a [`release`](Ledger::release) before each item and before the end.
    pub fn pausing(mut self) -> Self {
        self.pausing = true;
        self
    }

    /// Begins anew after the last item, and never ends.
    pub fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// Panics instead of giving the item at this place, counted from zero, and has ended thereafter.
    pub fn panics_at(mut self, place: usize) -> Self {
        self.panics_at = Some(place);
        self
    }

    /// Claims this size hint, true or not, instead of the exact one.
    pub fn claims(mut self, size_hint: (usize, Option<usize>)) -> Self {
        self.claims = Some(size_hint);
        self
    }

    /// What is done to this input and its clones.
    pub fn ledger(&self) -> Ledger {
        self.ledger.clone()
    }
}

impl<T> Clone for Script<T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            pausing: self.pausing,
            endless: self.endless,
            panics_at: self.panics_at,
            claims: self.claims,
            position: 0,
            id: self.ledger.enter(),
            ledger: self.ledger.clone(),
        }
    }
}

impl<T: Clone> Stream for Script<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.get_mut();
        let mut pages = this.ledger.pages();
        pages.polls += 1;
        let page = &mut pages.of_inputs[this.id];
        if page.ended {
            page.polled_after_end += 1;
            return Poll::Ready(None);
        }
        if this.pausing && !std::mem::take(&mut page.released) {
            page.waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        if this.panics_at == Some(this.position) {
            page.ended = true;
            drop(pages);
            // Not `panic!`, which would print a message that nobody needs.
            std::panic::resume_unwind(Box::new(Planned));
        }
        if this.endless && this.position == this.items.len() {
            this.position = 0;
        }
        let Some(item) = this.items.get(this.position) else {
            page.ended = true;
            return Poll::Ready(None);
        };
        this.position += 1;
        pages.given += 1;
        pages.given_in_poll += 1;
        if pages.given_in_poll > MOST_IN_ONE_POLL {
            pages.of_inputs[this.id].waiting = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Some(item.clone()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.items.len() - self.position;
        match self.claims {
            Some(claim) => claim,
            None if self.endless => (usize::MAX, None),
            None => (left, Some(left)),
        }
    }
}

impl<T: Clone> FusedStream for Script<T> {
    fn is_terminated(&self) -> bool {
        self.ledger.pages().of_inputs[self.id].ended
    }
}

impl<T> Unpin for Script<T> {}

impl<T> Drop for Script<T> {
    fn drop(&mut self) {
        let page = &mut self.ledger.pages().of_inputs[self.id];
        page.dropped = true;
        page.waiting = None;
    }
}

impl<T> fmt::Debug for Script<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("items", &self.items.len())
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

/// The payload of the panics that the kit itself plans.
#[derive(Debug)]
pub(super) struct Planned;
