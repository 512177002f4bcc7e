//! Scenarios in which the stream does not come to its end.

use std::fmt::Debug;
use std::rc::Rc;

use futures_core::FusedStream;

use super::Conformance;
use super::driven::{MOST_POLLS, reach};
use super::spy::Spy;
use crate::testing::Script;
use crate::testing::paused::paused;
use crate::testing::rig::{Polled, Rig};
use crate::{OperateExt, Operator};

impl<F, O, In> Conformance<F, In, O::Out>
where
    F: Fn() -> O,
    O: Operator<In>,
    O::Out: PartialEq + Debug,
    In: Clone,
{
    /// The stream is dropped after each number of outputs.
    #[track_caller]
    pub(super) fn check_drops(&self) {
        let case = self.case("the stream is dropped midway");
        for outputs in 0..16 {
            let spy = Spy::new((self.make)());
            let log = spy.log();
            let input = Script::new(self.items.iter().cloned()).pausing();
            let ledger = input.ledger();
            paused(async {
                let mut rig = Rig::new(case, &ledger, input.operate(spy));
                while rig.outputs.len() < outputs {
                    match rig.poll() {
                        Polled::End => break,
                        Polled::Pending(0) if !ledger.release() => {
                            if let Some(deadline) = rig.stream().operator().deadline() {
                                reach(case, &rig, deadline, true).await;
                            }
                        }
                        Polled::Output | Polled::Pending(_) | Polled::Panicked => {}
                    }
                }
                rig.check_drop();
            });
            let rule = "a stream that is dropped drops its operator";
            case.check(Rc::strong_count(&log) == 1, rule, || "it is left".into());
        }
    }

    /// The operator or the input panics at each of the first items, and the stream is polled again.
    #[track_caller]
    pub(super) fn check_panics(&self) {
        for place in 0..self.items.len().min(16) {
            let input = Script::new(self.items.iter().cloned());
            self.check_panic("the operator panics", input, Spy::new((self.make)()).panics_at(place));
            let input = Script::new(self.items.iter().cloned()).panics_at(place);
            self.check_panic("the input panics", input, Spy::new((self.make)()));
        }
    }

    #[track_caller]
    fn check_panic(&self, scenario: &str, input: Script<In>, spy: Spy<O>) {
        let case = self.case(scenario);
        let ledger = input.ledger();
        paused(async {
            let mut rig = Rig::new(case, &ledger, input.operate(spy));
            for _ in 0..MOST_POLLS {
                match rig.poll() {
                    Polled::Output => {}
                    // It took no item after the one before.
                    Polled::End => return,
                    Polled::Pending(0) => match rig.stream().operator().deadline() {
                        Some(deadline) if reach(case, &rig, deadline, true).await => {}
                        _ => return,
                    },
                    Polled::Pending(_) => {}
                    Polled::Panicked => break,
                }
            }
            rig.forget_hints();
            case.check(rig.stream().is_terminated(), "a stream that has panicked is terminated", || "it is not".into());
            rig.check_end();
        });
    }
}
