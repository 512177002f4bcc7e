//! Scenarios without a driver: time stands still, runs backwards, reaches its ends.

use crate::testing::ByHand;
use crate::testing::by_hand::Broken;
use crate::testing::rig::Case;
use crate::{Operator, Timestamp};

use super::spy::{BEGIN, Call};

/// How many deadlines an operator may take until it wants input again.
const MOST_WAITS: usize = 100_000;

/// What came out of an operator, and which of the items went in.
#[derive(Debug)]
pub(super) struct Run<Out> {
    pub(super) outputs: Vec<Out>,
    pub(super) taken: Vec<usize>,
}

/// Hands items over in event time, with no lateness: the watermark is the largest time so far, deadlines are served when
/// it reaches them, items that are late by the operator's own answer are left out, and if the operator wants no item,
/// time goes on to its deadline.
#[track_caller]
pub(super) fn run<O, In>(case: Case<'_>, operator: O, items: impl Iterator<Item = (Timestamp, In)>) -> Run<O::Out>
where
    O: Operator<In>,
{
    try_run(case, operator, items).unwrap_or_else(|broken| case.fail(&broken.rule, "it was broken"))
}

fn try_run<O, In>(
    case: Case<'_>,
    operator: O,
    items: impl Iterator<Item = (Timestamp, In)>,
) -> Result<Run<O::Out>, Broken>
where
    O: Operator<In>,
{
    let mut hand = ByHand::new(operator);
    let (mut outputs, mut taken) = (Vec::new(), Vec::new());
    let mut watermark = Timestamp::MIN;
    hand.try_start(BEGIN)?;
    for (place, (at, item)) in items.enumerate() {
        if at < watermark && hand.operator().is_late(at, watermark) {
            continue;
        }
        watermark = watermark.max(at);
        outputs.append(&mut hand.try_time(watermark)?);
        let mut waits = 0;
        while !hand.wants_input() {
            let Some(deadline) = hand.deadline() else { break };
            watermark = watermark.max(deadline);
            outputs.append(&mut hand.try_time(watermark)?);
            waits += 1;
            let rule = "an operator that holds up its input takes the next item after some deadlines";
            case.check(waits < MOST_WAITS, rule, || format!("{MOST_WAITS} were not enough"));
        }
        if !hand.wants_input() {
            break;
        }
        outputs.append(&mut hand.try_item(at, item)?);
        taken.push(place);
    }
    outputs.append(&mut hand.try_end(watermark.max(BEGIN))?);
    outputs.append(&mut hand.try_drain()?);
    Ok(Run { outputs, taken })
}

/// Makes the calls that a driver has made, and returns what comes out.
#[track_caller]
pub(super) fn replay<O, In>(case: Case<'_>, operator: O, calls: &[Call], items: impl Iterator<Item = In>) -> Vec<O::Out>
where
    O: Operator<In>,
{
    try_replay(operator, calls, items).unwrap_or_else(|broken| case.fail(&broken.rule, "it was broken"))
}

fn try_replay<O, In>(operator: O, calls: &[Call], mut items: impl Iterator<Item = In>) -> Result<Vec<O::Out>, Broken>
where
    O: Operator<In>,
{
    let mut hand = ByHand::new(operator);
    let mut outputs = Vec::new();
    for call in calls {
        match *call {
            Call::Start(at) => hand.try_start(at)?,
            Call::Item(at) => {
                let item = items.next().expect("the driver handed over only items that it was given");
                outputs.append(&mut hand.try_item(at, item)?);
            }
            Call::Time(at) => outputs.append(&mut hand.try_time(at)?),
            Call::End(at) => outputs.append(&mut hand.try_end(at)?),
        }
    }
    outputs.append(&mut hand.try_drain()?);
    Ok(outputs)
}
