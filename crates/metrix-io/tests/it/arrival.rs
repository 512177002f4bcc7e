//! What is written to real servers arrives.

use std::thread;
use std::time::{Duration, Instant};

use metrix::{MElement, Sink, Timestamp, tags};
use tokio::task::block_in_place;

use crate::delivery::{Delivery, deliver_although_killed};
use crate::hostile::{START, hostile_elements};
use crate::peers::PATIENCE;
use crate::peers::database::Database;
use crate::peers::stored::Stored;

/// A server, and how to ask it for what it has.
pub(crate) struct Way {
    pub(crate) server: Database,
    pub(crate) stored: fn(&Database) -> Stored,
    /// What it should have, by the table of the sink's docs.
    pub(crate) expected: fn(&[MElement]) -> Stored,
}

impl Way {
    /// Polls until the server has enough, and fails if it never does.
    #[track_caller]
    pub(crate) fn wait_for(&self, is_enough: impl Fn(&Stored) -> bool) -> Stored {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = (self.stored)(&self.server);
            if is_enough(&found) {
                return found;
            }
            assert!(Instant::now() < deadline, "{} points have arrived, some are still missing", found.len());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn batches(&self, numbers: std::ops::Range<i64>) -> Stored {
        (self.expected)(&numbers.flat_map(batch).collect::<Vec<_>>())
    }
}

/// 10 000 hostile elements arrive, each once and as the table says, and nothing else does.
pub(crate) async fn check_all_arrive(way: &Way, sink: &mut impl Sink) {
    check_these_arrive(way, sink, &hostile_elements(10_000)).await;
}

/// These elements arrive, each once and as the table says, and nothing else does.
pub(crate) async fn check_these_arrive(way: &Way, sink: &mut impl Sink, elements: &[MElement]) {
    let expected = (way.expected)(elements);
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    assert_eq!(expected.len(), elements.len());
    let found = way.wait_for(|found| found.len() >= expected.len());
    let wrong = found.iter().find(|(key, values)| expected.get(key) != Some(values));
    let missing = expected.iter().find(|(key, _)| !found.contains_key(key));
    assert_eq!((wrong, missing), (None, None));
}

/// 10 000 hostile elements arrive, each once, over UDP. Nobody tells a sender there to wait, so it waits for what it has sent, which a
/// server of this machine then has.
pub(crate) async fn check_all_arrive_in_datagrams(way: &Way, sink: &mut impl Sink) {
    let elements = hostile_elements(10_000);
    let mut sent = 0;
    for batch in elements.chunks(500) {
        sink.write(batch).await.unwrap();
        sent += batch.len();
        way.wait_for(|found| found.len() >= sent);
    }
    assert_eq!((way.stored)(&way.server), (way.expected)(&elements));
}

const BATCH: i64 = 20;

fn batch(number: i64) -> Vec<MElement> {
    let element = |number| {
        MElement::new("killed", number as f64, tags! { "n" => number % 7 }, Timestamp::from_secs(START + number))
    };
    (number * BATCH..(number + 1) * BATCH).map(element).collect()
}

fn has_all(found: &Stored, wanted: &Stored) -> bool {
    wanted.iter().all(|(key, values)| found.get(key) == Some(values))
}

/// Writes batches, of which the first 50 are stored when the server is killed while others are written. Failed batches
/// are written again to the server that is started anew, and 50 more. Gives the number of the batch that failed first,
/// and what is stored when all that was written since is, and what should be.
pub(crate) async fn kill_in_the_middle(way: &mut Way, sink: &mut impl Sink) -> (i64, Stored, Stored) {
    let (mut next, mut failed, mut end) = (0, None, i64::MAX);
    // What was left of the batch that has failed.
    let (mut rest, mut sure) = (None, Vec::new());
    while next < end {
        if next == 50 && failed.is_none() {
            way.wait_for(|found| has_all(found, &way.batches(0..50)));
            way.server.peer.kill_soon();
        }
        let batch = rest.take().unwrap_or_else(|| batch(next));
        let Err(error) = sink.write(&batch).await else {
            next += 1;
            continue;
        };
        assert!(error.is_retryable(), "{error}");
        sure = error.unwritten(&batch).cloned().collect();
        rest = Some(sure.clone());
        assert_eq!(failed, None, "the server is back, and should not have failed again: {error}");
        (failed, end) = (Some(next), next + 50);
        way.server.peer.restart();
    }
    sink.close().await.unwrap();
    let failed = failed.expect("the loop ends only after a failure");
    assert!(failed >= 50);
    sure.extend((failed + 1..end).flat_map(batch));
    let found = way.wait_for(|found| has_all(found, &(way.expected)(&sure)));
    (failed, found, way.batches(0..end))
}

/// What can be lost are batches that the peer, or the system for it, had taken before the first write that failed, and that
/// were not on its disk.
pub(crate) async fn check_only_the_last_are_lost(way: &mut Way, sink: &mut impl Sink) {
    let (failed, found, expected) = kill_in_the_middle(way, sink).await;
    assert!(has_all(&expected, &found), "nothing arrives that was not sent, or not as it was sent");
    assert!(has_all(&found, &way.batches(0..50)), "what was stored stays");
    let lost: Stored = expected.into_iter().filter(|(key, _)| !found.contains_key(key)).collect();
    assert!(has_all(&way.batches(50..failed + 1), &lost), "only writes shortly before the failure are affected");
}

/// 10 000 hostile elements go through a coordinator that never drops one, to a server that is killed when it has some and started
/// again: all of them arrive, each once.
pub(crate) async fn check_all_arrive_through_a_coordinator(way: &mut Way, sink: impl Sink) {
    check_all_arrive_although_killed(way, sink, 500).await;
}

/// The same with a server that confirms what it hasn't kept yet: it is killed when it has all that was sent so far.
pub(crate) async fn check_all_arrive_although_killed_at_rest(way: &mut Way, sink: impl Sink) {
    check_all_arrive_although_killed(way, sink, 4999).await;
}

/// The server is killed when it has more than so many, of which half are sent before.
async fn check_all_arrive_although_killed(way: &mut Way, sink: impl Sink, killed_at: usize) {
    let mut elements = hostile_elements(10_000);
    // As an aggregate calls them.
    elements.iter_mut().for_each(|element| element.name = format!("{}.sum", element.name).into());
    // The server is asked by a thread that may wait, while the coordinator goes on.
    let has_some = async |way: &mut Way, _: &Delivery| {
        block_in_place(|| way.wait_for(|found| found.len() > killed_at));
    };
    deliver_although_killed(way, sink, &elements, has_some, |way| &mut way.server.peer).await;
    let expected = (way.expected)(&elements);
    let found = block_in_place(|| way.wait_for(|found| found.len() >= expected.len()));
    assert_eq!((found.len(), expected.len()), (elements.len(), elements.len()));
    assert!(has_all(&found, &expected), "each is there once, as it was sent");
}
