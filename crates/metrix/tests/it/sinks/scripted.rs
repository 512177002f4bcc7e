//! `testing::Scripted`: each act, and the record of it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use metrix::testing::{Act, Event, Scripted};
use metrix::{MElement, Sink, Timestamp, tags};
use tokio::time::{Instant, timeout};

fn batch(count: usize) -> Vec<MElement> {
    (0..count).map(|number| MElement::new("n.sum", number as f64, tags! {}, Timestamp::EPOCH)).collect()
}

#[track_caller]
fn check(act: Act, taken: &[usize], unwritten: &[usize], retryable: bool) {
    let mut sink = Scripted::new([act]);
    let batch = batch(5);
    let result = futures::executor::block_on(sink.write(&batch));
    let at = |positions: &[usize]| positions.iter().map(|&position| batch[position].clone()).collect::<Vec<_>>();
    assert_eq!(sink.recorded().written(), at(taken), "{act:?}");
    match result {
        Ok(()) => assert!(unwritten.is_empty(), "{act:?}"),
        Err(error) => {
            assert_eq!(error.unwritten(&batch).cloned().collect::<Vec<_>>(), at(unwritten), "{act:?}");
            assert_eq!(error.is_retryable(), retryable, "{act:?}");
        }
    }
}

#[test]
fn each_act_takes_what_it_says() {
    check(Act::Write, &[0, 1, 2, 3, 4], &[], false);
    check(Act::Fail, &[], &[0, 1, 2, 3, 4], true);
    check(Act::Refuse, &[], &[0, 1, 2, 3, 4], false);
    check(Act::Halfway, &[0, 1], &[2, 3, 4], true);
    check(Act::RefuseAt(0), &[1, 2, 3, 4], &[0], false);
    check(Act::RefuseAt(4), &[0, 1, 2, 3], &[4], false);
    check(Act::RefuseAt(5), &[0, 1, 2, 3, 4], &[], false);
}

#[tokio::test(start_paused = true)]
async fn it_is_slow_hangs_and_panics_on_the_paused_clock() {
    let second = Duration::from_secs(1);
    let mut sink = Scripted::new([Act::Slow(5 * second), Act::Hang, Act::Panic]);
    let (recorded, start, batch) = (sink.recorded(), Instant::now(), batch(2));
    sink.write(&batch).await.unwrap();
    assert_eq!(start.elapsed(), 5 * second);
    assert!(timeout(100 * second, sink.write(&batch)).await.is_err());
    assert!(AssertUnwindSafe(sink.write(&batch)).catch_unwind().await.is_err());
    sink.write(&batch[..1]).await.unwrap();
    assert_eq!(recorded.written(), [&batch[..], &batch[..1]].concat());
    let writes = [(0, 2, Act::Slow(5 * second)), (5, 2, Act::Hang), (105, 2, Act::Panic), (105, 1, Act::Write)];
    let found = recorded.events().into_iter().map(|event| match event {
        Event::Write { at, batch, act, .. } => ((at - start).as_secs(), batch.len(), act),
        other => panic!("{other:?}"),
    });
    assert_eq!(found.collect::<Vec<_>>(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_script_repeats_and_has_its_own_ends() {
    let mut sink = Scripted::new([Act::Write, Act::Fail]).repeat().on_flush(Act::Halfway).on_close(Act::Hang);
    let (recorded, batch) = (sink.recorded(), batch(1));
    for _ in 0..5 {
        assert!(sink.write(&batch).await.is_ok());
        assert!(sink.write(&batch).await.is_err());
    }
    assert!(sink.flush().await.unwrap_err().is_retryable());
    assert!(timeout(Duration::from_secs(1), sink.close()).await.is_err());
    assert!(sink.write(&batch).await.is_err());
    assert_eq!((recorded.writes(), recorded.flushes(), recorded.closes()), (10, 1, 1));
    assert_eq!(recorded.written().len(), 5);
}
