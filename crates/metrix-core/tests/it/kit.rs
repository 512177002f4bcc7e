//! The test kit finds what is wrong: each broken operator and stream here fails for the rule that it breaks.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use metrix_core::testing::{
    ByHand, Conformance, Marbles, MarblesError, Outputs, Script, StreamConformance, conformance, marbles,
    stream_conformance,
};
use metrix_core::{Emit, EndExt, OperateExt, Operator, Timestamp};

/// The test must panic, with a message that contains `rule`.
#[track_caller]
fn fails(rule: &str, test: impl FnOnce()) {
    let payload = catch_unwind(AssertUnwindSafe(test)).expect_err("it must fail");
    let message = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
    let message = message.expect("a failure says why");
    assert!(message.contains(rule), "it should say `{rule}`, but says: {message}");
}

/// An operator that is sound unless it is told to break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    DeadlineInThePast,
    DeadlinesForEver,
    UntimedDeadline,
    LosesItsLast,
    SizeHintTooLarge,
    SizeHintTooSmall,
    SizeHintOverflows,
    CountsTwice,
    NeverWakes,
    Panics,
    DropsBursts,
}

/// Emits each item a second after it came, one at a time: it wants no other meanwhile.
#[derive(Debug)]
struct OneAtATime {
    fault: Fault,
    held: VecDeque<i64>,
    due: Option<Timestamp>,
}

impl OneAtATime {
    fn new(fault: Fault) -> Self {
        Self { fault, held: VecDeque::new(), due: None }
    }
}

impl Operator<i64> for OneAtATime {
    type Out = i64;

    fn is_timed(&self) -> bool {
        self.fault != Fault::UntimedDeadline
    }

    fn on_item(&mut self, item: i64, now: Timestamp, _out: &mut impl Emit<i64>) {
        assert!(self.fault != Fault::Panics || item < 3, "the fault");
        if self.fault == Fault::DropsBursts && !self.held.is_empty() {
            return;
        }
        self.held.push_back(item);
        self.due = self.due.or(Some(now + Duration::from_secs(1)));
        if self.fault == Fault::NeverWakes {
            self.due = Some(Timestamp::MAX);
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        self.due
    }

    fn on_time(&mut self, now: Timestamp, out: &mut impl Emit<i64>) {
        let Some(item) = self.held.pop_front() else { return };
        out.emit(item);
        if self.fault == Fault::CountsTwice {
            out.emit(item);
        }
        self.due = match self.fault {
            Fault::DeadlineInThePast => Some(now),
            Fault::DeadlinesForEver => {
                self.held.push_back(item);
                Some(now + Duration::from_secs(1))
            }
            _ if self.held.is_empty() => None,
            _ => Some(now + Duration::from_secs(1)),
        };
    }

    fn on_end(&mut self, _now: Timestamp, _out: &mut impl Emit<i64>) {
        if self.fault == Fault::LosesItsLast {
            (self.held, self.due) = (VecDeque::new(), None);
        }
    }

    fn wants_input(&self) -> bool {
        self.held.is_empty()
    }

    fn size_hint(&self, (least, most): (usize, Option<usize>)) -> (usize, Option<usize>) {
        let held = self.held.len();
        match self.fault {
            Fault::SizeHintTooLarge => (least.saturating_add(held + 1), None),
            Fault::SizeHintTooSmall => (0, most),
            Fault::CountsTwice => (0, None),
            Fault::SizeHintOverflows => (least + held, most.map(|most| most + held)),
            _ => (least.saturating_add(held), most.and_then(|most| most.checked_add(held))),
        }
    }
}

#[test]
fn sound_operator() {
    Conformance::new(|| OneAtATime::new(Fault::None), 0..20).accounting(|x| *x, |x| *x).check();
}

#[test]
fn broken_operators() {
    for (fault, rule) in [
        (Fault::DeadlineInThePast, "rule: after `on_time(now)`"),
        (Fault::UntimedDeadline, "not timed has no deadline"),
        (Fault::LosesItsLast, "nothing is lost and nothing comes twice"),
        (Fault::SizeHintTooLarge, "`size_hint` is true at every step"),
        (Fault::SizeHintTooSmall, "`size_hint` is true at every step"),
        (Fault::SizeHintOverflows, "`size_hint` does not panic"),
        (Fault::CountsTwice, "nothing is lost and nothing comes twice"),
        (Fault::NeverWakes, "waits for a deadline only reaches it"),
        (Fault::Panics, "rule: nothing panics"),
        (Fault::DropsBursts, "a chain gives what its operators give one after the other"),
    ] {
        fails(rule, || Conformance::new(|| OneAtATime::new(fault), 0..20).accounting(|x| *x, |x| *x).check());
        fails("OneAtATime", || Conformance::new(|| OneAtATime::new(fault), 0..20).accounting(|x| *x, |x| *x).check());
    }
}

#[test]
fn an_operator_must_not_depend_on_polls() {
    let made = std::cell::Cell::new(0);
    let make = || {
        made.set(made.get() + 1);
        let offset = made.get();
        metrix_core::ops::Map::new(move |x: i32| x + offset)
    };
    fails("does not conform", || conformance(make, 0..20));
}

#[test]
fn by_hand_holds_the_test_to_the_contract() {
    let at = Timestamp::from_secs;
    let hand = || ByHand::new(OneAtATime::new(Fault::None));
    fails("call `start` before an item", || drop(hand().item(at(0), 1)));
    fails("`start` was called again", || {
        let mut hand = hand();
        hand.start(at(0));
        hand.start(at(0));
    });
    let mut hand = hand();
    hand.start(at(0));
    hand.item(at(0), 7);
    fails("wants no input", || drop(hand.item(at(0), 8)));
    assert_eq!(hand.time(at(1)), [7]);
    assert_eq!(hand.time(at(2)), [0; 0]);
    hand.item(at(2), 8);
    fails("`drain` comes after `end`", || drop(hand.drain()));
    assert_eq!(hand.end(at(2)), [0; 0]);
    assert!(!hand.wants_input());
    fails("the input has ended", || drop(hand.end(at(2))));
    fails("the input has ended", || drop(hand.item(at(2), 9)));
    assert_eq!(hand.drain(), [8]);
}

/// Says that it is plain, and emits each item as often as the item says, and one more at the end.
struct SaysItIsPlain;

impl Operator<i64> for SaysItIsPlain {
    type Out = i64;

    fn is_plain(&self) -> bool {
        true
    }

    fn on_item(&mut self, item: i64, _now: Timestamp, out: &mut impl Emit<i64>) {
        (0..item).for_each(|n| out.emit(n));
    }

    fn on_end(&mut self, _now: Timestamp, out: &mut impl Emit<i64>) {
        out.emit(0);
    }
}

#[test]
fn a_plain_operator_is_held_to_its_word() {
    let hand = || {
        let mut hand = ByHand::new(SaysItIsPlain);
        hand.start(Timestamp::EPOCH);
        hand
    };
    assert_eq!(hand().item(Timestamp::EPOCH, 1), [0]);
    fails("`is_plain()` is true, so at most 1 outputs", || drop(hand().item(Timestamp::EPOCH, 2)));
    fails("`is_plain()` is true, so at most 0 outputs", || drop(hand().end(Timestamp::EPOCH)));
    fails("has emitted two outputs at once", || {
        let twice = futures::stream::iter([2]).operate(SaysItIsPlain);
        drop(futures::executor::block_on(twice.collect::<Vec<_>>()));
    });
}

/// Says that items bring no output, and emits those that are not zero.
struct SaysItHoldsThem;

impl Operator<i64> for SaysItHoldsThem {
    type Out = i64;

    fn on_item(&mut self, item: i64, _now: Timestamp, out: &mut impl Emit<i64>) {
        if item != 0 {
            out.emit(item);
        }
    }

    fn emits_on_item(&self) -> bool {
        false
    }
}

#[test]
fn an_operator_that_holds_items_is_held_to_its_word() {
    let mut hand = ByHand::new(SaysItHoldsThem);
    hand.start(Timestamp::EPOCH);
    assert_eq!(hand.item(Timestamp::EPOCH, 0), [0; 0]);
    fails("`emits_on_item()` was false", || drop(hand.item(Timestamp::EPOCH, 1)));
}

#[test]
fn by_hand_holds_the_operator_to_the_contract() {
    let with = |fault, test: fn(&mut ByHand<OneAtATime, i64>)| {
        let mut hand = ByHand::new(OneAtATime::new(fault));
        hand.start(Timestamp::EPOCH);
        move || {
            hand.item(Timestamp::EPOCH, 1);
            test(&mut hand);
        }
    };
    fails(
        "must be later than that or none",
        with(Fault::DeadlineInThePast, |hand| drop(hand.time(Timestamp::from_secs(1)))),
    );
    fails("not timed has no deadline", with(Fault::UntimedDeadline, |_| {}));
    let drain = |hand: &mut ByHand<OneAtATime, i64>| {
        hand.end(Timestamp::EPOCH);
        hand.drain();
    };
    fails("the deadlines must come to one", with(Fault::DeadlinesForEver, drain));
    fails("`size_hint((0, Some(0)))` was", with(Fault::SizeHintTooLarge, drain));
}

/// Hands on an input, or breaks a rule.
struct Passing {
    fault: StreamFault,
    input: Option<Script<i32>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StreamFault {
    None,
    KeepsInput,
    PollsAfterEnd,
    LosesWakes,
    Spins,
    TakesAll,
    NeverEnds,
    LosesItems,
    Leaks,
    SizeHint,
}

fn passing(fault: StreamFault) -> impl Fn(Script<i32>) -> Passing {
    move |input| Passing { fault, input: Some(input) }
}

impl Stream for Passing {
    type Item = i32;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<i32>> {
        let this = self.get_mut();
        let Some(input) = &mut this.input else {
            return if this.fault == StreamFault::NeverEnds { Poll::Pending } else { Poll::Ready(None) };
        };
        let mut noop = Context::from_waker(futures::task::noop_waker_ref());
        let lost = this.fault == StreamFault::LosesWakes;
        let mut polled = Pin::new(&mut *input).poll_next(if lost { &mut noop } else { cx });
        if this.fault == StreamFault::TakesAll {
            while let Poll::Ready(Some(_)) = polled {
                polled = Pin::new(&mut *input).poll_next(cx);
            }
        }
        match polled {
            Poll::Pending if this.fault == StreamFault::Spins => cx.waker().wake_by_ref(),
            Poll::Pending if this.fault == StreamFault::LosesItems => return Poll::Ready(Some(0)),
            Poll::Ready(None) => match this.fault {
                StreamFault::KeepsInput => {}
                StreamFault::PollsAfterEnd => return Pin::new(input).poll_next(cx),
                StreamFault::Leaks => std::mem::forget(this.input.take()),
                StreamFault::NeverEnds => {
                    this.input = None;
                    return Poll::Pending;
                }
                _ => this.input = None,
            },
            _ => {}
        }
        polled
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        if self.fault == StreamFault::SizeHint { (0, Some(3)) } else { (0, None) }
    }
}

#[test]
fn sound_streams() {
    stream_conformance(passing(StreamFault::None), 0..20);
    let hourly = |input| {
        futures::StreamExt::then(passing(StreamFault::None)(input), |item| async move {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            item
        })
    };
    stream_conformance(hourly, 0..20);
    let both = |input: Script<i32>| {
        let sound = passing(StreamFault::None);
        futures::stream::select(sound(input.clone()), sound(input))
    };
    StreamConformance::new(both, 0..20).outputs(Outputs::InAnyOrder).check();
}

#[test]
fn broken_streams() {
    for (fault, rule) in [
        (StreamFault::KeepsInput, "an input is dropped as soon as it ends"),
        (StreamFault::PollsAfterEnd, "an input is never polled after its end"),
        (StreamFault::LosesWakes, "an input that has an item wakes the task that polled last"),
        (StreamFault::Spins, "waits wakes nothing by itself"),
        (StreamFault::TakesAll, "the work of one poll is bounded"),
        (StreamFault::NeverEnds, "a pending stream waits for an input or a timer"),
        (StreamFault::LosesItems, "a stream ends when its inputs have"),
        (StreamFault::Leaks, "an input is dropped as soon as it ends"),
        (StreamFault::SizeHint, "`size_hint` is true at every step"),
    ] {
        fails(rule, || stream_conformance(passing(fault), 0..20));
    }
}

#[test]
fn what_pauses_change_is_compared_as_asked() {
    let first_come = |input: Script<i32>| {
        let sound = passing(StreamFault::None);
        let mut place = 0;
        let numbered = futures::StreamExt::map(sound(input.clone().pausing()), move |item| {
            place += 1;
            (place, item)
        });
        let others = futures::StreamExt::map(sound(input), |item| (0, -item));
        futures::stream::select(numbered, others)
    };
    StreamConformance::new(first_come, 1..20).outputs(Outputs::Any).check();
    StreamConformance::new(first_come, 1..20).outputs(Outputs::InAnyOrder).check();
    fails("outputs do not depend on how often", || stream_conformance(first_come, 1..20));
}

#[test]
fn drawings_that_are_none() {
    for (drawing, problem) in [
        ("a|b", "at sign 3 something follows the end"),
        ("a-(b-)", "at sign 5 time goes on in a group"),
        ("(a(b))", "at sign 3 a group opens in a group"),
        ("ab)-", "at sign 3 a group closes that was not opened"),
        ("a (bc", "at sign 3 a group opens that is not closed"),
        ("a-#-|", "at sign 3 `#` means nothing"),
    ] {
        let error: MarblesError = drawing.parse::<Marbles<char>>().unwrap_err();
        assert!(error.to_string().contains(problem), "{error}");
        fails(problem, || drop(marbles(drawing)));
    }
    fails("the letter `b` is drawn but has no value", || drop(marbles("ab").values([('a', 1)])));
    fails("a frame of 1.5ms is not possible", || drop(marbles("a").frame(Duration::from_micros(1500))));
    fails("a frame of 0ns is not possible", || drop(marbles("a").frame(Duration::ZERO)));
}

#[tokio::test]
async fn the_kit_wants_a_plain_test() {
    fails("call it from a plain #[test]", || conformance(|| OneAtATime::new(Fault::None), 0..20));
}
