//! The sink against Graphite's own store, whose files are read.

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::graphite::Graphite;
use tokio::task::block_in_place;

use super::expected::path;
use crate::delivery::{Delivery, deliver_although_killed};
use crate::hostile::hostile_elements;
use crate::peers::carbon::{Carbon, Points, STEP};
use crate::peers::until;

/// The store keeps the last hour, and a point for each step: so many steps before now.
fn steps_ago(now: i64, steps: i64) -> Timestamp {
    Timestamp::from_secs((now / STEP - steps) * STEP)
}

fn now() -> i64 {
    Timestamp::now().as_nanos() / 1_000_000_000
}

/// By the paths of its files, in which slashes in a row are one.
fn expected(elements: &[MElement]) -> Points {
    let path = |element: &MElement| {
        let mut path = path(element);
        while path.contains("//") {
            path = path.replace("//", "/");
        }
        path
    };
    let point = |element: &MElement| ((path(element), element.at.as_nanos() / 1_000_000_000), element.value);
    elements.iter().map(point).collect()
}

/// Polls until it has enough.
#[track_caller]
fn wait_for(carbon: &Carbon, is_enough: impl Fn(&Points) -> bool) -> Points {
    until("the points", || Some(carbon.points()).filter(|points| is_enough(points)))
}

/// 10 000 of the worst kind, each of which has a step of its series of its own, within the hour that is kept. They are as many different
/// ones at most, several times.
fn elements(different: i64) -> Vec<MElement> {
    let now = now();
    let element = |round: i64, (element, number): (MElement, i64)| {
        let name = format!("{}.{}", number / 50, element.name);
        MElement::new(name, element.value, element.tags, steps_ago(now, round * 50 + number % 50))
    };
    let some = hostile_elements(different).into_iter().zip(0..);
    (0..10_000 / different).flat_map(|round| some.clone().map(move |one| element(round, one))).collect()
}

/// Each of them comes, and nothing else does.
#[track_caller]
fn check_stored(carbon: &Carbon, elements: &[MElement]) {
    let expected = expected(elements);
    assert_eq!(expected.len(), elements.len());
    let found = wait_for(carbon, |found| found.len() >= expected.len());
    let wrong = found.iter().find(|(key, value)| expected.get(key) != Some(value));
    let missing = expected.iter().find(|(key, _)| !found.contains_key(key));
    assert_eq!((wrong, missing), (None, None));
}

fn lines(carbon: &Carbon) -> Graphite {
    Graphite::tcp(&format!("127.0.0.1:{}", carbon.lines)).unwrap()
}

fn pickles(carbon: &Carbon) -> Graphite {
    Graphite::pickle(&format!("127.0.0.1:{}", carbon.pickles)).unwrap()
}

async fn check_all_arrive(sink: fn(&Carbon) -> Graphite) {
    let carbon = Carbon::start();
    let (mut sink, elements) = (sink(&carbon), elements(10_000));
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    check_stored(&carbon, &elements);
    assert_eq!(sink.counts().connections(), 1);
}

#[tokio::test]
async fn all_lines_arrive() {
    check_all_arrive(lines).await;
}

#[tokio::test]
async fn all_pickles_arrive() {
    check_all_arrive(pickles).await;
}

/// Nobody tells a sender of datagrams to wait, so it waits for what it has sent.
#[tokio::test]
async fn all_datagrams_arrive() {
    let carbon = Carbon::start();
    let mut sink = Graphite::udp(&format!("127.0.0.1:{}", carbon.lines)).unwrap();
    let (elements, mut sent) = (elements(2000), 0);
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
        sent += batch.len();
        wait_for(&carbon, |found| found.len() >= sent);
    }
    check_stored(&carbon, &elements);
}

/// It is killed when it has some of those that go through a coordinator that never drops one. What it held in its memory is sent again, as
/// all that was sent by then is less than what the sink holds for that.
async fn check_nothing_is_lost(sink: fn(&Carbon) -> Graphite) {
    let mut carbon = Carbon::start();
    let (sink, elements) = (sink(&carbon), elements(2000));
    let counts = sink.counts();
    let has_some = async |carbon: &mut Carbon, _: &Delivery| {
        block_in_place(|| wait_for(carbon, |found| found.len() >= 500));
    };
    deliver_although_killed(&mut carbon, sink, &elements, has_some, |carbon| &mut carbon.peer).await;
    assert!((1..1 << 20).contains(&counts.resent()), "{}", counts.resent());
    block_in_place(|| check_stored(&carbon, &elements));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_loses_no_line_when_it_is_killed() {
    check_nothing_is_lost(lines).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_coordinator_loses_no_pickle_when_it_is_killed() {
    check_nothing_is_lost(pickles).await;
}

/// What is on its disk when it is killed stays, and what is written after it is back comes. What it had read and held in its
/// memory is lost, and only that.
async fn check_killed(sink: fn(&Carbon) -> Graphite) {
    let mut carbon = Carbon::start();
    let mut sink = sink(&carbon);
    let now = now();
    let batch = |number: i64| -> Vec<MElement> {
        let element = |series| {
            MElement::new(format!("killed.{number}"), series as f64, tags! { "n" => series }, steps_ago(now, series))
        };
        (0..5).map(element).collect()
    };
    let has =
        |found: &Points, batch: &[MElement]| expected(batch).iter().all(|(key, value)| found.get(key) == Some(value));
    for number in 0..50 {
        sink.write(&batch(number)).await.unwrap();
    }
    wait_for(&carbon, |found| (0..50).all(|number| has(found, &batch(number))));
    carbon.peer.kill_soon();
    let (mut next, mut failed, mut end) = (50, None, i64::MAX);
    while next < end {
        match sink.write(&batch(next)).await {
            Ok(()) => next += 1,
            Err(error) => {
                assert!(error.is_retryable() && failed.is_none(), "{error}");
                (failed, end) = (Some(next), next + 50);
                carbon.peer.restart();
            }
        }
    }
    sink.close().await.unwrap();
    let failed = failed.expect("the loop ends after a failure");
    let found = wait_for(&carbon, |found| (failed..end).all(|number| has(found, &batch(number))));
    assert!((0..50).all(|number| has(&found, &batch(number))), "what was stored stays");
    let all: Vec<MElement> = (0..end).flat_map(batch).collect();
    let expected = expected(&all);
    let forged = found.iter().find(|(key, value)| expected.get(key) != Some(value));
    assert_eq!(forged, None);
}

#[tokio::test]
async fn only_what_it_held_in_memory_is_lost_when_it_is_killed() {
    check_killed(lines).await;
}

#[tokio::test]
async fn only_what_it_held_in_memory_is_lost_when_it_is_killed_among_pickles() {
    check_killed(pickles).await;
}
