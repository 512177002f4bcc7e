//! A stream by itself, polled now and then.

use std::pin::Pin;

use futures::{FutureExt, StreamExt};
use metrix::{MSender, SendError, Timestamp};
use proptest::collection::vec;
use tokio::runtime::Builder;
use tokio::time::advance;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Send(Send),
    /// Begins to send, and waits if it must.
    Wait(Send),
    /// Asks those that wait.
    Ask,
    /// Gives up the one that has waited longest.
    GiveUp,
    Poll,
    Advance(u64),
    Close,
    DropSenders,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Send::any().prop_map(Step::Send),
        4 => Send::any().prop_map(Step::Wait),
        2 => Just(Step::Ask),
        1 => Just(Step::GiveUp),
        6 => Just(Step::Poll),
        4 => (0..60_u64).prop_map(Step::Advance),
        1 => Just(Step::Close),
        1 => Just(Step::DropSenders),
    ]
}

/// A send that waits, and gives what it has sent.
type Waiting = Pin<Box<dyn Future<Output = Option<Values>>>>;

fn wait(sender: MSender, send: Send, value: Values) -> Waiting {
    Box::pin(async move {
        let at = Timestamp::from_secs(send.second);
        match sender.send_async_at(value.0 as f64, send.tags(), at).await {
            Ok(()) => Some(value),
            Err(SendError::Closed { .. }) => None,
            Err(error) => panic!("{error}"),
        }
    })
}

/// Asks all that wait, and forgets those that have an answer.
fn ask(waiting: &mut Vec<Waiting>, accepted: &mut Values) {
    waiting.retain_mut(|wait| match wait.now_or_never() {
        Some(sent) => {
            accepted.add(sent.unwrap_or_default());
            false
        }
        None => true,
    });
}

async fn play(plan: Plan, steps: Vec<Step>) {
    let (sender, mut stream) = plan.builder("n").build().unwrap();
    let (mut sender, mut ended) = (Some(sender), false);
    let (mut next, mut accepted) = (Next::default(), Values::default());
    let (mut waiting, mut given) = (Vec::new(), Vec::new());
    for step in steps {
        match (step, &sender) {
            (Step::Send(send), Some(sender)) => {
                let Some(value) = next.value() else { continue };
                match sender.try_send_at(value.0 as f64, send.tags(), Timestamp::from_secs(send.second)) {
                    Ok(()) => accepted.add(value),
                    Err(SendError::Full { .. } | SendError::Closed { .. }) => {}
                    Err(error) => panic!("{error}"),
                }
            }
            (Step::Wait(send), Some(sender)) => {
                let Some(value) = next.value() else { continue };
                waiting.push(wait(sender.clone(), send, value));
                ask(&mut waiting, &mut accepted);
            }
            (Step::Ask, _) => ask(&mut waiting, &mut accepted),
            (Step::GiveUp, _) => drop((!waiting.is_empty()).then(|| waiting.remove(0))),
            (Step::Poll, _) => match stream.next().now_or_never() {
                Some(Some(element)) => given.push(element),
                Some(None) => ended = true,
                None => {}
            },
            (Step::Advance(millis), _) => advance(ms(millis)).await,
            (Step::Close, Some(sender)) => sender.close(),
            (Step::DropSenders, _) => sender = None,
            (Step::Send(_) | Step::Wait(_) | Step::Close, None) => {}
        }
        assert!(!ended || stream.next().now_or_never() == Some(None), "an end that is none");
    }
    // Those that wait hold senders, so that only the stream's being taken lets them in.
    drop(sender);
    loop {
        ask(&mut waiting, &mut accepted);
        match stream.next().now_or_never() {
            Some(Some(element)) => given.push(element),
            Some(None) => break,
            None => advance(ms(10)).await,
        }
    }
    ask(&mut waiting, &mut accepted);
    assert!(waiting.is_empty(), "the stream has ended and {} still wait", waiting.len());
    let stats = stream.stats();
    assert_eq!((stats.accepted, stats.emitted), (accepted.count(), given.len() as u64));
    let arrived = Values::once(&given);
    assert!(arrived.are_among(accepted), "{arrived:?} has more than {accepted:?}");
    assert_eq!(arrived.count() + stats.late, accepted.count(), "{stats:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_value_that_was_taken_comes_out_once(plan in Plan::any(), steps in vec(any_step(), 0..100)) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(play(plan, steps));
    }
}
