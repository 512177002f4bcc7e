//! The sink against a real server.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use metrix::{MCoordinator, MElement, MStream, Overflow, Retry, Sink, SinkOptions, size};

use super::{line, sink, subject};
use crate::hostile::hostile_elements;
use crate::peers::PATIENCE;
use crate::peers::nats::NatsPeer;

/// Each of them is there once, at the subject of its name, and nothing else is.
async fn check_stored(peer: &NatsPeer, elements: &[MElement]) {
    let mut expected: BTreeMap<String, String> = BTreeMap::new();
    for element in elements {
        expected.insert(line(element).await, subject(&element.name));
    }
    assert_eq!(expected.len(), elements.len());
    let stored = peer.stored("METRIX").await;
    let found: BTreeMap<String, String> =
        stored.iter().map(|message| (message.payload.clone(), message.subject.clone())).collect();
    let wrong = found.iter().find(|(payload, subject)| expected.get(*payload) != Some(*subject));
    let missing = expected.keys().find(|payload| !found.contains_key(*payload));
    assert_eq!((wrong, missing, stored.len()), (None, None, elements.len()));
}

#[tokio::test]
async fn all_arrive() {
    let peer = NatsPeer::start();
    let (mut sink, elements) = (sink(&peer), hostile_elements(10_000));
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    check_stored(&peer, &elements).await;
    let counts = sink.counts();
    assert_eq!((counts.connections(), counts.published(), counts.duplicates()), (1, 10_000, 0));
}

/// What comes again from a process that doesn't know that it was stored is dropped, within the stream's time for that.
#[tokio::test]
async fn a_window_that_comes_again_is_stored_once() {
    let peer = NatsPeer::start();
    let (mut first, elements) = (sink(&peer), hostile_elements(500));
    first.write(&elements).await.unwrap();
    let mut second = sink(&peer);
    second.write(&elements[100..300]).await.unwrap();
    second.write(&elements[..200]).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((first.counts().duplicates(), second.counts().duplicates()), (0, 300));
    // 100 of them were stored by the second itself, and are others.
    let stored = peer.stored("METRIX").await;
    assert_eq!(stored.len(), 600);
    let again = stored.iter().filter(|message| message.id.as_ref().is_some_and(|id| id.ends_with("-1"))).count();
    assert_eq!(again, 100);
}

#[tokio::test]
async fn messages_have_ids() {
    let peer = NatsPeer::start();
    let (mut sink, elements) = (sink(&peer), hostile_elements(500));
    sink.write(&elements).await.unwrap();
    check_stored(&peer, &elements).await;
    let ids: Vec<_> = peer.stored("METRIX").await.into_iter().map(|message| message.id).collect();
    assert!(ids.iter().all(|id| id.as_ref().is_some_and(|id| id.len() == 32)), "{ids:?}");
}

/// Batches go to a server that is killed while they do; what failed is written again to the one that is started anew.
#[tokio::test]
async fn nothing_is_lost_or_doubled_when_the_server_is_killed() {
    let mut peer = NatsPeer::start();
    let (mut sink, elements) = (sink(&peer), hostile_elements(10_000));
    let mut failures = 0;
    for (number, batch) in elements.chunks(100).enumerate() {
        if number == 50 {
            peer.peer.kill_soon();
        }
        let mut rest = batch.to_vec();
        while let Err(error) = sink.write(&rest).await {
            assert!(error.is_retryable(), "{error}");
            rest = error.unwritten(&rest).cloned().collect();
            if failures == 0 {
                peer.peer.restart();
            }
            failures += 1;
        }
    }
    // It may have been killed after the last write.
    if failures == 0 {
        peer.peer.restart();
    }
    assert!(failures < 5, "the server is back: {failures}");
    check_stored(&peer, &elements).await;
}

/// A coordinator that never drops an element, and a server that is killed when it has some and started again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_loses_nothing_when_the_server_is_killed() {
    const COUNT: i64 = 10_000;
    let mut peer = NatsPeer::start();
    let options = SinkOptions::default().queue(size(100)).max_batch(size(50)).overflow(Overflow::Block);
    let options = options.retry(Retry::forever().max(Duration::from_millis(100)));
    let stream = MStream::builder("n").batch(size(1)).agg("sum").max_series(size(100_000));
    let coordinator = MCoordinator::builder().stream(stream).sink_with("nats", sink(&peer), options).start().unwrap();
    let sender = coordinator.stream("n").unwrap();
    let mut elements = hostile_elements(COUNT);
    elements.iter_mut().for_each(|element| element.name = "n.sum".into());
    let sent = elements.clone();
    let (go_on, rest) = tokio::sync::oneshot::channel::<()>();
    let sending = tokio::spawn(async move {
        let mut rest = Some(rest);
        for (number, element) in sent.iter().enumerate() {
            if number == sent.len() / 2 {
                rest.take().expect("there is one half").await.expect("the test goes on");
            }
            sender.send_async_at(element.value, &element.tags, element.at).await.unwrap();
        }
    });
    let deadline = Instant::now() + PATIENCE;
    while coordinator.stats().sinks["nats"].delivered < 500 {
        assert!(Instant::now() < deadline, "elements arrive");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    peer.peer.kill();
    go_on.send(()).expect("half of them are sent");
    while coordinator.stats().sinks["nats"].errors == 0 {
        assert!(Instant::now() < deadline, "a write to a dead server fails");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::task::block_in_place(|| peer.peer.restart());
    sending.await.unwrap();
    let report = coordinator.shutdown(PATIENCE).await;
    assert!(report.is_complete(), "{report}");
    let nats = report.sinks["nats"];
    assert_eq!((nats.accepted, nats.delivered, nats.refused), (COUNT as u64, COUNT as u64, 0), "{report}");
    assert!(nats.retried > 0, "{report}");
    // Their stream gives them a window, of which it knows the time.
    let count: usize = peer.stored("METRIX").await.len();
    assert_eq!(count, COUNT as usize);
    check_stored(&peer, &elements).await;
}
