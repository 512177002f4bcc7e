//! Scenarios under the driver, each on a paused clock of its own.

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;

use futures_core::FusedStream;

use super::Conformance;
use super::by_hand::replay;
use super::spy::{Call, Log, Spy};
use crate::drive::clock;
use crate::testing::paused::{pass, paused};
use crate::testing::rig::{Case, Polled, Rig};
use crate::testing::{Ledger, Script};
use crate::{EventTime, Operate, OperateExt, Operator, TimeDomain, Timestamp};

/// A deadline that lies further ahead than this is not waited for.
const FAR: Duration = Duration::from_secs(20 * 365 * 24 * 60 * 60);

/// More polls than this without a result are taken for a hang.
pub(super) const MOST_POLLS: usize = 20_000;

/// When time goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// Only when nothing else can happen.
    Still,
    /// To the next deadline before each item.
    Deadlines,
    /// Half of the way to the next deadline before each item.
    Halfway,
}

impl<F, O, In> Conformance<F, In, O::Out>
where
    F: Fn() -> O,
    O: Operator<In>,
    O::Out: PartialEq + Debug,
    In: Clone,
{
    /// Runs to the end in arrival time, and returns what came out.
    #[track_caller]
    pub(super) fn check_run(
        &self,
        scenario: &str,
        input: impl FnOnce(Script<In>) -> Script<In>,
        pace: Pace,
    ) -> Vec<O::Out> {
        let case = self.case(scenario);
        let spy = Spy::new((self.make)());
        let input = input(Script::new(self.items.iter().cloned()));
        self.check_flow(case, spy.log(), input.ledger(), pace, &RefCell::default(), || input.operate(spy))
    }

    /// Runs to the end in event time: forwards, standing still, backwards and out of order.
    #[track_caller]
    pub(super) fn check_event_time(&self) {
        self.check_events("event time goes forwards", Duration::ZERO, |place| place);
        self.check_events("event time stands still", Duration::ZERO, |_| 0);
        self.check_events("event time runs backwards", Duration::ZERO, |place| -place);
        self.check_events("event time runs backwards within the lateness", Duration::from_secs(3600), |place| -place);
        self.check_events("events are out of order", Duration::from_secs(5), |place| place * 7919 % 61);
    }

    #[track_caller]
    fn check_events(&self, scenario: &str, lateness: Duration, second: impl Fn(i64) -> i64) {
        let case = self.case(scenario);
        let spy = Spy::new((self.make)()).lateness(lateness);
        let input = Script::new(self.items.iter().cloned()).pausing();
        let late = RefCell::new(Vec::new());
        let place = Cell::new(0);
        let event_time = EventTime::new(|_: &In| {
            place.set(place.get() + 1);
            Timestamp::from_secs(second(place.get() as i64))
        })
        .lateness(lateness)
        .on_late(|_| late.borrow_mut().push(place.get() - 1));
        let (log, ledger) = (spy.log(), input.ledger());
        self.check_flow(case, log, ledger, Pace::Still, &late, || input.operate_at(spy, event_time));
    }

    /// Polls a stream to its end, checks each poll, and replays by hand what the driver did.
    #[track_caller]
    fn check_flow<T: TimeDomain<In>>(
        &self,
        case: Case<'_>,
        log: Rc<RefCell<Log>>,
        ledger: Ledger,
        pace: Pace,
        late: &RefCell<Vec<usize>>,
        stream: impl FnOnce() -> Operate<Script<In>, Spy<O>, T>,
    ) -> Vec<O::Out> {
        let outputs = paused(async {
            let mut rig = Rig::new(case, &ledger, stream());
            let mut moved_for = None;
            let mut polls = 0;
            loop {
                polls += 1;
                case.check(polls < MOST_POLLS, "a stream makes progress", || {
                    format!("{MOST_POLLS} polls were not enough")
                });
                let before = log.borrow().calls.len();
                let polled = rig.poll();
                self.check_promises(case, &log);
                let woken = match polled {
                    Polled::Output => continue,
                    Polled::End => break,
                    Polled::Pending(woken) => woken,
                    Polled::Panicked => case.fail("nothing panics", "there was a panic"),
                };
                let waiting = ledger.waiting() > 0;
                if woken > 0 {
                    let worked = log.borrow().calls.len() > before;
                    case.check(!waiting && worked, "a stream that waits wakes nothing by itself", || {
                        "it woke its task".into()
                    });
                    case.check(woken == 1, "a poll wakes its own task at most once", || {
                        format!("it did so {woken} times")
                    });
                    continue;
                }
                let deadline = rig.stream().operator().deadline();
                let rule = "a pending stream waits for its input or for a deadline";
                case.check(waiting || deadline.is_some(), rule, || "nothing will ever wake it".into());
                if let Some(deadline) = deadline {
                    let given = Some(ledger.given());
                    if !waiting || pace == Pace::Deadlines && moved_for != given {
                        moved_for = given;
                        if reach(case, &rig, deadline, waiting).await {
                            continue;
                        }
                    } else if pace == Pace::Halfway {
                        pass((deadline - clock::now()).min(FAR) / 2).await;
                    }
                }
                ledger.release();
                let rule = "an input that has an item wakes the task that polled last";
                case.check(rig.wakes() > 0, rule, || "it did not: the waker was not handed on".into());
            }
            rig.check_end();
            case.check(rig.stream().is_terminated(), "a stream that has ended is terminated", || "it is not".into());
            rig.outputs
        });
        let calls = &log.borrow().calls;
        let ended = calls.iter().any(|call| matches!(call, Call::End(_)));
        case.check(ended, "`on_end` is called before the stream ends", || "it was not".into());
        let late = late.borrow();
        let taken: Vec<usize> = (0..ledger.given()).filter(|place| !late.contains(place)).collect();
        let by_hand = replay(case, (self.make)(), calls, taken.iter().map(|place| self.items[*place].clone()));
        case.same("a driver gives what calls by hand give", &outputs, &by_hand);
        self.account(case, taken.into_iter(), &outputs);
        outputs
    }

    /// The input is always ready and never ends: it must starve neither deadlines nor other tasks.
    #[track_caller]
    pub(super) fn check_endless(&self) {
        let case = self.case("the input is always ready and never ends");
        let spy = Spy::new((self.make)());
        let log = spy.log();
        let input = Script::new(self.items.iter().cloned()).endless();
        let ledger = input.ledger();
        paused(async {
            let mut rig = Rig::new(case, &ledger, input.operate(spy));
            for _ in 0..10 {
                for _ in 0..100 {
                    let polled = rig.poll();
                    self.check_promises(case, &log);
                    let Polled::Pending(woken) = polled else { continue };
                    if rig.stream().operator().wants_input() {
                        let rule = "a poll that stops with work left wakes its own task exactly once";
                        case.check(woken == 1, rule, || format!("it did so {woken} times"));
                    } else if woken == 0 {
                        break;
                    }
                }
                let Some(deadline) = rig.stream().operator().deadline() else { continue };
                let before = log.borrow().calls.len();
                // Who has just been given an output comes back without being woken.
                pass((deadline - clock::now()).min(FAR)).await;
                if clock::now() < deadline {
                    continue;
                }
                let served = || log.borrow().calls[before..].iter().any(|call| matches!(call, Call::Time(_)));
                for _ in 0..MOST_POLLS {
                    if served() {
                        break;
                    }
                    rig.poll();
                    self.check_promises(case, &log);
                }
                case.check(served(), "a deadline is served however busy the input is", || "it was not".into());
            }
        });
    }

    /// The input claims more than there is, or than a number can say.
    #[track_caller]
    pub(super) fn check_endless_claims(&self) {
        for claim in [(usize::MAX, None), (usize::MAX, Some(usize::MAX))] {
            let case = self.case("the input claims more items than it has");
            let input = Script::new(self.items.iter().cloned()).claims(claim);
            let ledger = input.ledger();
            paused(async {
                let mut rig = Rig::new(case, &ledger, input.operate((self.make)()));
                while rig.poll() == Polled::Output {}
            });
        }
    }

    #[track_caller]
    fn check_promises(&self, case: Case<'_>, log: &RefCell<Log>) {
        if let Some(fault) = &log.borrow().fault {
            case.fail(fault.rule, &fault.detail);
        }
    }
}

/// Lets the clock go on to the deadline, and checks that its timer fires. Says whether the deadline is near enough.
pub(super) async fn reach<S: futures_core::Stream>(
    case: Case<'_>,
    rig: &Rig<'_, S>,
    deadline: Timestamp,
    may_be_far: bool,
) -> bool {
    let ahead = deadline - clock::now();
    if ahead > FAR {
        let rule = "a stream that waits for a deadline only reaches it";
        case.check(may_be_far, rule, || format!("it lies {} years ahead", ahead.as_secs() / (365 * 24 * 60 * 60)));
        return false;
    }
    pass(ahead).await;
    if rig.wakes() == 0 {
        // Timers are rounded up to milliseconds.
        pass(Duration::from_millis(1)).await;
    }
    let rule = "a deadline that is reached wakes the task that polled last";
    case.check(rig.wakes() > 0, rule, || "it did not".into());
    true
}
