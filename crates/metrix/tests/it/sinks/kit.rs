//! The conformance test finds sinks that break a rule: each of these has one fault.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use metrix::sink::Memory;
use metrix::testing::{Act, Arrival, Order, Scripted, SinkConformance, sink_conformance};
use metrix::{MElement, Sink, WriteError};
use tokio::task::yield_now;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// Goes on at the start when a write that was cut off is done again.
    Doubles,
    /// Loses what a write that was cut off had not written, as if it had been.
    LosesAfterCut,
    LosesTheLast,
    Swaps,
    CutsNames,
    RefusesTheWholeBatch,
    NamesWrongPositions,
    NamesNone,
    Panics,
    AlwaysAsksForAnother,
    WritesAfterClose,
    FlushFails,
    /// Keeps all for its end, which may never come.
    FlushesAtCloseOnly,
    /// Lets go of what it holds before that is where it is to be.
    LosesWithACutFlush,
    LosesWithAFailedFlush,
    /// That is none: it says so, and keeps what it holds.
    EveryOtherFlushFails,
    ClosesOnce,
    TakesEqualBatchesForOne,
}

struct Faulty {
    fault: Fault,
    to: Memory,
    cut_off: bool,
    closed: bool,
    last: Vec<MElement>,
    held: Vec<MElement>,
    flushes: usize,
}

impl Faulty {
    fn fails_every_other(&self) -> bool {
        matches!(self.fault, Fault::EveryOtherFlushFails | Fault::LosesWithAFailedFlush)
    }
}

impl Sink for Faulty {
    async fn write(&mut self, batch: &[MElement]) -> Result<(), WriteError> {
        if self.closed && self.fault != Fault::WritesAfterClose {
            return Err(WriteError::refused("closed"));
        }
        let mut batch = batch.to_vec();
        let hostile = batch.iter().position(|element| element.name.contains('\n'));
        match self.fault {
            Fault::None | Fault::FlushFails | Fault::ClosesOnce | Fault::WritesAfterClose => {}
            Fault::FlushesAtCloseOnly
            | Fault::LosesWithACutFlush
            | Fault::LosesWithAFailedFlush
            | Fault::EveryOtherFlushFails => {
                self.held.append(&mut batch);
                return Ok(());
            }
            Fault::Doubles => {
                for element in &batch {
                    self.to.write(std::slice::from_ref(element)).await?;
                    yield_now().await;
                }
                return Ok(());
            }
            Fault::LosesAfterCut if self.cut_off => {
                self.cut_off = false;
                return Ok(());
            }
            Fault::LosesAfterCut => {
                self.cut_off = true;
                yield_now().await;
                self.cut_off = false;
            }
            Fault::LosesTheLast => drop(batch.pop()),
            Fault::Swaps => batch.reverse(),
            Fault::CutsNames => batch.iter_mut().for_each(|element| {
                let name = element.name.split('\n').next().map(Into::into);
                element.name = name.unwrap();
            }),
            Fault::RefusesTheWholeBatch if hostile.is_some() => return Err(WriteError::refused("a line break")),
            Fault::NamesWrongPositions if hostile.is_some() => {
                return Err(WriteError::refused("a line break").only([batch.len()]));
            }
            Fault::NamesNone if hostile.is_some() => return Err(WriteError::refused("a line break").only([])),
            Fault::Panics => assert!(hostile.is_none(), "a line break"),
            Fault::AlwaysAsksForAnother if hostile.is_some() => return Err(WriteError::retryable("busy")),
            Fault::RefusesTheWholeBatch
            | Fault::NamesWrongPositions
            | Fault::NamesNone
            | Fault::AlwaysAsksForAnother => {}
            Fault::TakesEqualBatchesForOne if self.last == batch => return Ok(()),
            Fault::TakesEqualBatchesForOne => self.last = batch.clone(),
        }
        self.to.write(&batch).await
    }

    async fn flush(&mut self) -> Result<(), WriteError> {
        if self.fault == Fault::FlushesAtCloseOnly && !self.closed {
            return Ok(());
        }
        self.flushes += 1;
        let fails_now = self.fault == Fault::FlushFails || self.fails_every_other() && self.flushes % 2 == 1;
        if fails_now {
            if self.fault == Fault::LosesWithAFailedFlush {
                self.held.clear();
            }
            return Err(WriteError::retryable("busy"));
        }
        let held = std::mem::take(&mut self.held);
        if self.fault == Fault::LosesWithACutFlush {
            yield_now().await;
        }
        if held.is_empty() { Ok(()) } else { self.to.write(&held).await }
    }

    async fn close(&mut self) -> Result<(), WriteError> {
        if self.fault == Fault::ClosesOnce && self.closed {
            return Err(WriteError::refused("closed"));
        }
        self.closed = true;
        if self.held.is_empty() { Ok(()) } else { self.flush().await }
    }
}

fn make(fault: Fault) -> impl Fn() -> (Faulty, Memory) {
    move || {
        let to = Memory::new(NonZeroUsize::new(1000).unwrap());
        (
            Faulty {
                fault,
                to: to.clone(),
                cut_off: false,
                closed: false,
                last: Vec::new(),
                held: Vec::new(),
                flushes: 0,
            },
            to,
        )
    }
}

/// What the test says about a sink with this fault.
fn verdict(fault: Fault) -> Option<String> {
    let check = || sink_conformance(make(fault), async |kept: Memory| kept.take());
    let panic = catch_unwind(AssertUnwindSafe(check)).err()?;
    Some(*panic.downcast::<String>().unwrap())
}

#[track_caller]
fn finds(fault: Fault, rule: &str, when: &str) {
    let verdict = verdict(fault).unwrap_or_else(|| panic!("{fault:?} is not found"));
    let expected = [&format!("rule: {rule}"), &format!("when: {when}"), "kit::Faulty does not conform"];
    assert!(expected.iter().all(|part| verdict.contains(*part)), "{fault:?}: {verdict}");
}

const ARRIVES: &str = "all elements that are written arrive as they are, and nothing else does";
const POSITIONS: &str = "an error names positions that the batch has";
const ORDINARY: &str = "an ordinary element is written";
const TOGETHER: &str = "hostile elements and ordinary ones alternate";
const SEVERAL: &str = "several batches are written";
const CLOSES: &str = "flush and close work";

#[test]
fn a_sink_without_a_fault_passes() {
    assert_eq!(verdict(Fault::None), None);
    assert_eq!(verdict(Fault::EveryOtherFlushFails), None);
}

#[test]
fn each_fault_is_found() {
    finds(Fault::Doubles, ARRIVES, "a write is dropped after 1 polls and done again");
    finds(Fault::LosesAfterCut, ARRIVES, "a write is dropped after 1 polls and done again");
    finds(Fault::LosesTheLast, ARRIVES, SEVERAL);
    finds(Fault::Swaps, ARRIVES, SEVERAL);
    finds(Fault::CutsNames, ARRIVES, TOGETHER);
    finds(Fault::RefusesTheWholeBatch, ORDINARY, TOGETHER);
    finds(Fault::NamesWrongPositions, POSITIONS, TOGETHER);
    finds(Fault::NamesNone, POSITIONS, TOGETHER);
    finds(Fault::Panics, "nothing panics", TOGETHER);
    finds(Fault::AlwaysAsksForAnother, "a batch is taken after some tries, or refused", TOGETHER);
    finds(Fault::WritesAfterClose, "a write after close is an error", "it is closed, closed again");
    finds(Fault::FlushFails, CLOSES, SEVERAL);
    finds(
        Fault::FlushesAtCloseOnly,
        ARRIVES,
        "a flush is dropped after 0 polls and done again, and the sink is never closed",
    );
    finds(
        Fault::LosesWithACutFlush,
        ARRIVES,
        "a write is dropped after 1 polls and done again, and then so are flush and close",
    );
    finds(Fault::LosesWithAFailedFlush, ARRIVES, SEVERAL);
    finds(Fault::ClosesOnce, CLOSES, "it is closed, closed again");
    finds(Fault::TakesEqualBatchesForOne, ARRIVES, "two batches are equal");
}

#[test]
fn a_sink_that_hangs_is_found_at_once() {
    let make = || (Scripted::new([Act::Write, Act::Hang]), ());
    let check = || SinkConformance::new(make, async |()| Vec::<MElement>::new()).paused().check();
    let panic = catch_unwind(AssertUnwindSafe(check)).unwrap_err();
    let verdict = panic.downcast::<String>().unwrap();
    assert!(verdict.contains("rule: a call returns") && verdict.contains(SEVERAL), "{verdict}");
}

#[test]
fn a_sink_that_says_so_may_swap_double_and_merge() {
    let any_order = |fault| SinkConformance::new(make(fault), async |kept: Memory| kept.take()).order(Order::Any);
    any_order(Fault::Swaps).check();
    any_order(Fault::Doubles).arrival(Arrival::AtLeastOnce).check();
    any_order(Fault::TakesEqualBatchesForOne).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn even_such_a_sink_may_not_lose() {
    let loses = || SinkConformance::new(make(Fault::LosesTheLast), async |kept: Memory| kept.take());
    let check = || loses().order(Order::Any).arrival(Arrival::AtLeastOnce).check();
    assert!(catch_unwind(AssertUnwindSafe(check)).is_err());
}
