//! [`Spy`]: an operator that writes down what its driver does to it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::testing::script::Planned;
use crate::{Emit, Operator, Timestamp};

/// When time begins for an operator that is spied upon, so that its outputs do not depend on when the test runs: 9
/// September 2001.
pub(super) const BEGIN: Timestamp = Timestamp::from_secs(1_000_000_000);

/// One call of the driver's, with the operator's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Start(Timestamp),
    Item(Timestamp),
    Time(Timestamp),
    End(Timestamp),
}

/// All calls, and the first promise that was broken.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) calls: Vec<Call>,
    pub(super) fault: Option<Fault>,
    items: usize,
    ended: bool,
    newest: Option<Timestamp>,
}

/// A broken promise: whose it was, and what happened.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) rule: &'static str,
    pub(super) detail: String,
}

impl Log {
    fn check(&mut self, holds: bool, rule: &'static str, detail: impl FnOnce() -> String) {
        if !holds && self.fault.is_none() {
            self.fault = Some(Fault { rule, detail: detail() });
        }
    }
}

/// The operator within, its times moved so that they start at [`BEGIN`].
#[derive(Debug)]
pub(super) struct Spy<O> {
    operator: O,
    offset: i64,
    panics_at: Option<usize>,
    lateness: Duration,
    log: Rc<RefCell<Log>>,
}

impl<O> Spy<O> {
    pub(super) fn new(operator: O) -> Self {
        Self { operator, offset: 0, panics_at: None, lateness: Duration::ZERO, log: Rc::default() }
    }

    /// Panics instead of handing on the item at this place.
    pub(super) fn panics_at(self, place: usize) -> Self {
        Self { panics_at: Some(place), ..self }
    }

    /// Is run in event time, with this lateness.
    pub(super) fn lateness(self, lateness: Duration) -> Self {
        Self { lateness, ..self }
    }

    pub(super) fn log(&self) -> Rc<RefCell<Log>> {
        self.log.clone()
    }

    fn inner(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_nanos(at.as_nanos().saturating_sub(self.offset))
    }

    fn outer(&self, at: Timestamp) -> Timestamp {
        Timestamp::from_nanos(at.as_nanos().saturating_add(self.offset))
    }
}

impl<O> Spy<O> {
    /// What must hold after any call.
    fn look<In>(&self)
    where
        O: Operator<In>,
    {
        let deadline = self.operator.deadline().filter(|_| !self.operator.is_timed());
        let rule = "an operator that says it is not timed has no deadline";
        self.log.borrow_mut().check(deadline.is_none(), rule, || format!("it has {deadline:?}"));
    }
}

impl<In, O: Operator<In>> Operator<In> for Spy<O> {
    type Out = O::Out;

    fn is_timed(&self) -> bool {
        self.operator.is_timed()
    }

    fn on_start(&mut self, now: Timestamp) {
        self.offset = now.as_nanos() - BEGIN.as_nanos();
        let mut log = self.log.borrow_mut();
        let first = log.calls.is_empty();
        log.check(first, "time begins once, before all else", || "`on_start` was called again".into());
        log.calls.push(Call::Start(BEGIN));
        self.operator.on_start(BEGIN);
    }

    fn on_item(&mut self, item: In, now: Timestamp, out: &mut impl Emit<O::Out>) {
        let now = self.inner(now);
        let mut log = self.log.borrow_mut();
        let running = !log.ended;
        log.check(running, "no item comes after `on_end`", || "one did".into());
        log.check(self.operator.wants_input(), "no item comes while the operator wants none", || "one did".into());
        let newest = log.newest.map_or(now, |newest| newest.max(now));
        log.newest = Some(newest);
        let due = self.operator.deadline().filter(|deadline| *deadline <= newest.saturating_sub(self.lateness));
        // An operator that makes itself due by an item is told the time in the next poll.
        let served = due.is_none() || log.calls.last() == Some(&Call::Item(now));
        log.check(served, "a deadline is served before the next item", || {
            format!("{due:?} was not, and it is {now:?}")
        });
        if self.panics_at == Some(log.items) {
            drop(log);
            std::panic::resume_unwind(Box::new(Planned));
        }
        log.items += 1;
        log.calls.push(Call::Item(now));
        drop(log);
        self.operator.on_item(item, now, out);
        self.look();
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.operator.deadline().map(|deadline| self.outer(deadline))
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<O::Out>) {
        let now = self.inner(now);
        let due = self.operator.deadline().is_some_and(|deadline| deadline <= now);
        self.log.borrow_mut().calls.push(Call::Time(now));
        self.operator.on_time(now, out);
        let next = self.operator.deadline().filter(|next| *next <= now && now < Timestamp::MAX);
        let mut log = self.log.borrow_mut();
        log.check(due, "`on_time` comes when a deadline is reached", || format!("none was at {now:?}"));
        log.check(next.is_none(), "after `on_time(now)` the deadline is later than `now`, or none", || {
            format!("after {now:?} it is {next:?}")
        });
        drop(log);
        self.look();
    }

    fn on_end(&mut self, now: Timestamp, out: &mut impl Emit<O::Out>) {
        let now = self.inner(now);
        let mut log = self.log.borrow_mut();
        let first = !std::mem::replace(&mut log.ended, true);
        log.check(first, "`on_end` comes once", || "it came again".into());
        log.calls.push(Call::End(now));
        drop(log);
        self.operator.on_end(now, out);
        self.look();
    }

    fn wants_input(&self) -> bool {
        self.operator.wants_input()
    }

    fn is_late(&self, at: Timestamp, watermark: Timestamp) -> bool {
        self.operator.is_late(self.inner(at), self.inner(watermark))
    }

    fn size_hint(&self, items: (usize, Option<usize>)) -> (usize, Option<usize>) {
        self.operator.size_hint(items)
    }
}
