//! How a stream is taken forward when all that is known of it are its inputs.

use std::time::Duration;

use futures_core::Stream;

use crate::testing::Ledger;
use crate::testing::paused::pass;
use crate::testing::rig::{Case, Polled, Rig};

/// More polls than this without an end are taken for a hang.
pub(super) const MOST_POLLS: usize = 20_000;

/// A stream that has nothing to do may be polled this often until it stops waking its own task.
pub(super) const SETTLING: usize = 50;

/// Polls until an output, the end or a panic.
pub(super) async fn step<S: Stream>(case: Case<'_>, rig: &mut Rig<'_, S>, ledger: &Ledger) -> Polled {
    let mut idle = 0;
    for _ in 0..MOST_POLLS {
        let polled = rig.poll();
        idle = if ledger.given_in_poll() == 0 { idle + 1 } else { 0 };
        match polled {
            Polled::Pending(0) if ledger.release() => {
                let rule = "an input that has an item wakes the task that polled last";
                case.check(rig.wakes() > 0, rule, || "it did not: the waker was not handed on".into());
                idle = 0;
            }
            Polled::Pending(0) => {
                wait(case, rig).await;
                idle = 0;
            }
            Polled::Pending(_) => {
                let rule = "a stream that waits wakes nothing by itself";
                case.check(idle < SETTLING, rule, || "it goes on to wake its own task".into());
            }
            polled => return polled,
        }
    }
    case.fail("a stream makes progress", format!("after {MOST_POLLS} polls it had not"))
}

pub(super) async fn finish<S: Stream>(case: Case<'_>, rig: &mut Rig<'_, S>, ledger: &Ledger) -> Polled {
    loop {
        match step(case, rig, ledger).await {
            Polled::Output => {}
            polled => return polled,
        }
    }
}

/// No input can wake the stream, so its own timer must.
pub(super) async fn wait<S: Stream>(case: Case<'_>, rig: &Rig<'_, S>) {
    let mut step = Duration::from_millis(1);
    while rig.wakes() == 0 {
        let rule = "a pending stream waits for an input or a timer";
        case.check(step < Duration::from_secs(365 * 24 * 60 * 60), rule, || "nothing wakes it within a year".into());
        pass(step).await;
        step *= 2;
    }
}
