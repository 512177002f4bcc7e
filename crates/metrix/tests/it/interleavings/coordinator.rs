//! A coordinator whose streams and sinks come and go, while the sinks fail and values are sent.

use metrix::testing::Act;
use metrix::{Jitter, Overflow, Retry, SinkOptions};
use proptest::collection::vec;
use tokio::runtime::Builder;

use self::rig::Rig;
use super::*;

mod rig;
mod watched;

#[derive(Clone, Debug)]
enum Step {
    Send(usize, Send),
    /// Sends in a task, which waits if it must.
    Wait(usize, Send),
    /// Gives up the one that began to wait last.
    GiveUp,
    Yield(u8),
    Advance(u64),
    Close(usize),
    AddStream(Plan),
    RemoveStream(usize),
    AddSink(Troubled),
    RemoveSink(usize),
    Shutdown(u64),
}

/// A sink that does what it may, and the queue before it.
#[derive(Clone, Debug)]
struct Troubled {
    acts: Vec<Act>,
    options: SinkOptions,
    overflow: Overflow,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => (0..4_usize, Send::any()).prop_map(|(stream, send)| Step::Send(stream, send)),
        6 => (0..4_usize, Send::any()).prop_map(|(stream, send)| Step::Wait(stream, send)),
        2 => Just(Step::GiveUp),
        10 => (1..6_u8).prop_map(Step::Yield),
        10 => (0..60_u64).prop_map(Step::Advance),
        1 => (0..4_usize).prop_map(Step::Close),
        2 => Plan::any().prop_map(Step::AddStream),
        1 => (0..4_usize).prop_map(Step::RemoveStream),
        2 => any_sink().prop_map(Step::AddSink),
        2 => (0..4_usize).prop_map(Step::RemoveSink),
        1 => (0..200_u64).prop_map(Step::Shutdown),
    ]
}

fn any_sink() -> impl Strategy<Value = Troubled> {
    let act = prop_oneof![
        4 => Just(Act::Write),
        1 => Just(Act::Fail),
        1 => Just(Act::Halfway),
        1 => Just(Act::Refuse),
        1 => (0..3_usize).prop_map(Act::RefuseAt),
        2 => (0..60_u64).prop_map(|millis| Act::Slow(ms(millis))),
        1 => Just(Act::Hang),
        1 => Just(Act::Panic),
    ];
    let overflow = prop_oneof![Just(Overflow::Block), Just(Overflow::DropOldest), Just(Overflow::DropNewest)];
    (vec(act, 0..20), overflow, 1..4_usize, 1..4_usize, 1..5_usize).prop_map(|(acts, overflow, queue, batch, tries)| {
        let retry = Retry::default().first(ms(10)).jitter(Jitter::None).attempts(size(tries));
        let options = SinkOptions::default().write_timeout(ms(40)).retry(retry).overflow(overflow);
        Troubled { acts, options: options.queue(size(queue)).max_batch(size(batch)), overflow }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_value_that_was_taken_arrives_once_or_is_counted(
        streams in vec(Plan::any(), 1..4),
        first in any_sink(),
        sinks in vec(any_sink(), 0..3),
        steps in vec(any_step(), 0..120),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let mut rig = Rig::new(streams, first, sinks);
            for step in steps {
                rig.step(step).await;
            }
            rig.check().await;
        });
    }
}
