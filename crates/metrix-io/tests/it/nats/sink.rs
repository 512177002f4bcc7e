//! The sink against a real server.

use std::collections::BTreeMap;

use metrix::{MElement, Sink};

use super::{line, sink, subject};
use crate::delivery::{Delivery, deliver_although_killed};
use crate::hostile::hostile_elements;
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
    let mut peer = NatsPeer::start();
    let sink = sink(&peer);
    let elements = hostile_elements(10_000);
    let has_some = async |_: &mut NatsPeer, delivery: &Delivery| {
        delivery.wait_for("elements arrive", |stats| stats.delivered >= 500).await;
    };
    deliver_although_killed(&mut peer, sink, &elements, has_some, |peer| &mut peer.peer).await;
    check_stored(&peer, &elements).await;
}
