//! [`Rig`]: a stream that is polled by hand, and looked at after each poll.

use std::any::Any;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::script::{MOST_IN_ONE_POLL, Planned};
use super::{Ledger, Wakes};

/// How many outputs one scenario may give before it counts as endless.
const MOST_OUTPUTS: usize = 1_000_000;

/// Who is tested, and in what situation, for the message of a failure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case<'a> {
    pub(super) subject: &'a str,
    pub(super) scenario: &'a str,
}

impl Case<'_> {
    #[track_caller]
    pub(super) fn fail(self, rule: &str, detail: impl std::fmt::Display) -> ! {
        let Self { subject, scenario } = self;
        panic!("{subject} does not conform\n  rule: {rule}\n  when: {scenario}\n  but: {detail}")
    }

    #[track_caller]
    pub(super) fn check(self, holds: bool, rule: &str, detail: impl FnOnce() -> String) {
        if !holds {
            self.fail(rule, detail());
        }
    }

    /// Two runs must give the same. NaNs count as equal if they are written alike.
    #[track_caller]
    pub(super) fn same<T: PartialEq + Debug>(self, rule: &str, one: &[T], other: &[T]) {
        let alike = || format!("{one:?}") == format!("{other:?}");
        self.check(one == other || alike(), rule, || format!("one gave {one:?}\n       the other {other:?}"));
    }
}

/// What a poll came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Polled {
    Output,
    End,
    /// With the number of times that the poll woke its own task.
    Pending(usize),
    /// A panic that the kit had planned.
    Panicked,
}

pub(super) struct Rig<'a, S: Stream> {
    stream: Pin<Box<S>>,
    case: Case<'a>,
    ledger: Ledger,
    pub(super) outputs: Vec<S::Item>,
    /// Each size hint with the number of outputs before it.
    hints: Vec<(usize, (usize, Option<usize>))>,
    wakes: Wakes,
    forgiving: bool,
}

impl<'a, S: Stream> Rig<'a, S> {
    pub(super) fn new(case: Case<'a>, ledger: &Ledger, stream: S) -> Self {
        let ledger = ledger.clone();
        let mut rig = Self {
            stream: Box::pin(stream),
            case,
            ledger,
            outputs: Vec::new(),
            hints: Vec::new(),
            wakes: Wakes::new(),
            forgiving: false,
        };
        rig.look();
        rig
    }

    pub(super) fn stream(&self) -> &S {
        &self.stream
    }

    /// How often the waker of the last poll has been woken.
    pub(super) fn wakes(&self) -> usize {
        self.wakes.count()
    }

    /// Polls once, with a waker that has not been used before, and checks what must hold after any poll.
    #[track_caller]
    pub(super) fn poll(&mut self) -> Polled {
        self.wakes = Wakes::new();
        self.ledger.begin_poll();
        let waker = self.wakes.waker();
        let stream = self.stream.as_mut();
        let polled = match catch_unwind(AssertUnwindSafe(|| stream.poll_next(&mut Context::from_waker(&waker)))) {
            Ok(Poll::Ready(Some(output))) => {
                self.outputs.push(output);
                Polled::Output
            }
            Ok(Poll::Ready(None)) => Polled::End,
            Ok(Poll::Pending) => Polled::Pending(self.wakes.count()),
            Err(payload) if payload.is::<Planned>() => return Polled::Panicked,
            Err(payload) => self.case.fail("nothing panics", message(&*payload)),
        };
        self.look();
        let (case, ledger) = (self.case, &self.ledger);
        if !self.forgiving {
            case.check(ledger.polled_after_end() == 0, "an input is never polled after its end", || "it was".into());
            case.check(ledger.kept_after_end() == 0, "an input is dropped as soon as it ends", || "it was kept".into());
        }
        case.check(ledger.given_in_poll() <= MOST_IN_ONE_POLL, "the work of one poll is bounded", || {
            format!("it took more than {MOST_IN_ONE_POLL} items of an input that is always ready")
        });
        case.check(self.outputs.len() < MOST_OUTPUTS, "a stream ends when its inputs have", || {
            format!("there were {MOST_OUTPUTS} outputs and more")
        });
        polled
    }

    /// Checks what must hold once the stream has ended.
    #[track_caller]
    pub(super) fn check_end(&mut self) {
        let polls = self.ledger.polls();
        for _ in 0..3 {
            let polled = self.poll();
            self.case
                .check(polled == Polled::End, "after its end a stream gives `None` for ever", || format!("{polled:?}"));
        }
        let rule = "after its end a stream asks its inputs nothing";
        self.case.check(self.ledger.polls() == polls, rule, || "it polled one".into());
        let rule = "a stream that has ended has dropped its inputs";
        self.case.check(self.ledger.alive() == 0, rule, || format!("it kept {}", self.ledger.alive()));
        let total = self.outputs.len();
        for (before, (least, most)) in &self.hints {
            let left = total - before;
            let holds = *least <= left && most.is_none_or(|most| left <= most);
            self.case.check(holds, "`size_hint` is true at every step", || {
                format!("it was ({least}, {most:?}) after {before} outputs, and {left} followed")
            });
        }
    }

    /// Lets inputs be polled after they have panicked, which leaves them at their end.
    pub(super) fn forgive_panics(&mut self) {
        self.forgiving = true;
    }

    /// Leaves the size hints unchecked, because the input lies about its own.
    pub(super) fn forget_hints(&mut self) {
        self.hints.clear();
    }

    /// Drops the stream and checks that its inputs went with it.
    #[track_caller]
    pub(super) fn check_drop(self) {
        let Self { stream, case, ledger, .. } = self;
        drop(stream);
        let rule = "a stream that is dropped drops its inputs";
        case.check(ledger.alive() == 0, rule, || format!("{} are left", ledger.alive()));
    }

    #[track_caller]
    fn look(&mut self) {
        let (least, most) = match catch_unwind(AssertUnwindSafe(|| self.stream.size_hint())) {
            Ok(hint) => hint,
            Err(payload) => self.case.fail("`size_hint` does not panic", message(&*payload)),
        };
        let rule = "the bounds of `size_hint` are in order";
        self.case.check(most.is_none_or(|most| least <= most), rule, || format!("they were ({least}, {most:?})"));
        self.hints.push((self.outputs.len(), (least, most)));
    }
}

/// What a panic said.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    format!("there was a panic: {}", text.unwrap_or("it had no message"))
}
