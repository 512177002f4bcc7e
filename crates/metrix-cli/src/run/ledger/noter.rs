//! [`Noter`]: what becomes of the message that a feed sends.

use std::collections::BTreeSet;
use std::sync::Arc;

use metrix::Timestamp;

use super::grid::Span;
use super::{Ledger, Partition, Position, Touch};

/// Notes which streams and windows take the elements of a message, and tells the ledger when all are sent.
#[derive(Debug)]
pub(crate) struct Noter {
    ledger: Arc<Ledger>,
    message: Option<(Partition, Position)>,
    touched: BTreeSet<Touch>,
    /// By stream, the window of the last element: the next is mostly in the same.
    last: Vec<Option<Last>>,
    replayed: u64,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    span: Span,
    /// Whether it was noted for this message.
    is_noted: bool,
}

impl Noter {
    pub(crate) fn new(ledger: Arc<Ledger>) -> Self {
        let last = vec![None; ledger.streams.len()];
        Self { ledger, message: None, touched: BTreeSet::new(), last, replayed: 0 }
    }

    /// Begins a message; says whether its elements are to be sent, since they are not held already. One that was begun before and
    /// not ended is never settled.
    pub(crate) fn begin(&mut self, partition: Partition, position: Position) -> bool {
        self.touched.clear();
        self.last.iter_mut().flatten().for_each(|last| last.is_noted = false);
        let is_new = self.ledger.book().begin((partition, position));
        self.message = is_new.then_some((partition, position));
        is_new
    }

    /// Whether an element is in a window that a run before has settled, so that it has been counted; counts it if so.
    pub(crate) fn is_replayed(&mut self, stream: usize, at: Timestamp) -> bool {
        let Some(floor) = self.ledger.floor(stream) else { return false };
        let is_replayed = self.window(stream, at).is_some_and(|last| last.span.end <= floor);
        self.replayed += u64::from(is_replayed);
        is_replayed
    }

    /// A stream has taken an element, of this time if it is in event time.
    pub(crate) fn took(&mut self, stream: usize, at: Option<Timestamp>) {
        let window = at.and_then(|at| self.window(stream, at)).map(|last| {
            let is_news = !std::mem::replace(&mut last.is_noted, true);
            (last.span.end, is_news)
        });
        match window {
            Some((_, false)) => {}
            Some((end, true)) => _ = self.touched.insert(Touch { stream, window: Some(end) }),
            None => _ = self.touched.insert(Touch { stream, window: None }),
        }
    }

    /// All elements of the message are sent.
    pub(crate) fn end(&mut self) {
        if let Some(message) = self.message.take() {
            self.ledger.book().end(message, std::mem::take(&mut self.touched));
        }
    }

    /// How many elements were left out as runs before have counted them.
    pub(crate) fn replayed(&self) -> u64 {
        self.replayed
    }

    fn window(&mut self, stream: usize, at: Timestamp) -> Option<&mut Last> {
        let grid = self.ledger.streams[stream].grid?;
        let last = &mut self.last[stream];
        if last.is_none_or(|last| !last.span.has(at)) {
            *last = Some(Last { span: grid.span(at), is_noted: false });
        }
        last.as_mut()
    }
}
