//! [`Noter`]: what becomes of the message that a feed sends.

use std::collections::BTreeSet;
use std::sync::Arc;

use metrix::Timestamp;

use super::grid::Span;
use super::limits::Limits;
use super::{Ledger, Partition, Position, Touch};

/// Notes which streams and windows take the elements of a message, and tells the ledger when all are sent.
#[derive(Debug)]
pub(crate) struct Noter {
    ledger: Arc<Ledger>,
    message: Option<(Partition, Position)>,
    touched: BTreeSet<Touch>,
    /// By stream, the window of the last element: the next is mostly in the same.
    last: Vec<Option<Last>>,
    limits: Arc<Limits>,
    left_out: LeftOut,
}

/// Elements of messages that no stream got, or took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// A run before has counted them.
    pub(crate) replayed: u64,
    /// Late, since the stream was further on when their partition came here.
    pub(crate) behind: u64,
    /// Messages that came again, or out of order, and were held already.
    pub(crate) again: u64,
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
        let (limits, left_out) = (Arc::default(), LeftOut::default());
        Self { ledger, message: None, touched: BTreeSet::new(), last, limits, left_out }
    }

    /// Begins a message; says whether its elements are to be sent, since they are not held already. One that was begun before and
    /// not ended is never settled.
    pub(crate) fn begin(&mut self, partition: Partition, position: Position) -> bool {
        self.touched.clear();
        self.last.iter_mut().flatten().for_each(|last| last.is_noted = false);
        self.ledger.quiet.begins();
        let mut book = self.ledger.book();
        let is_new = book.begin((partition, position));
        self.limits = book.limits(partition);
        drop(book);
        self.left_out.again += u64::from(!is_new);
        self.message = is_new.then_some((partition, position));
        is_new
    }

    /// Whether an element is left out: it is in a window that a run before has settled, so that it has been counted. Counts it if so, and
    /// also if the stream will find it late for its partition's sake.
    pub(crate) fn leaves_out(&mut self, stream: usize, at: Timestamp) -> bool {
        let Some(end) = self.window(stream, at).map(|last| last.span.end) else { return false };
        let is_replayed = self.limits.floor(stream) >= Some(end);
        self.left_out.replayed += u64::from(is_replayed);
        self.left_out.behind += u64::from(!is_replayed && self.limits.is_over(stream, end));
        is_replayed
    }

    /// A stream has refused an element as it is over: the message is never settled, and the run fails.
    pub(crate) fn is_over(&mut self, stream: usize) {
        self.message = None;
        self.ledger.health.stream_is_over(&self.ledger.streams[stream].name);
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

    pub(crate) fn left_out(&self) -> LeftOut {
        self.left_out
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
