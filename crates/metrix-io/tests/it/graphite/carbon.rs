//! The sink against Graphite's own store, whose files are read.

use std::thread;
use std::time::{Duration, Instant};

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::graphite::Graphite;

use super::expected::path;
use crate::hostile::hostile_elements;
use crate::peers::PATIENCE;
use crate::peers::carbon::{Carbon, Points, STEP};

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
    let deadline = Instant::now() + PATIENCE;
    loop {
        let points = carbon.points();
        if is_enough(&points) {
            return points;
        }
        assert!(Instant::now() < deadline, "{} points have arrived, some are still missing", points.len());
        thread::sleep(Duration::from_millis(100));
    }
}

async fn check_all_arrive(sink: impl FnOnce(&Carbon) -> Graphite) {
    let carbon = Carbon::start();
    let now = now();
    let elements: Vec<MElement> = hostile_elements(10_000)
        .into_iter()
        .zip(0..)
        // Each of a series has a step of its own, within the hour that is kept.
        .map(|(element, number)| {
            let name = format!("{}.{}", number / 100, element.name);
            MElement::new(name, element.value, element.tags, steps_ago(now, number % 100))
        })
        .collect();
    let expected = expected(&elements);
    assert_eq!(expected.len(), 10_000);
    let mut sink = sink(&carbon);
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    let found = wait_for(&carbon, |found| found.len() >= expected.len());
    let wrong = found.iter().find(|(key, value)| expected.get(key) != Some(value));
    let missing = expected.iter().find(|(key, _)| !found.contains_key(key));
    assert_eq!((wrong, missing), (None, None));
    assert_eq!(sink.counts().connections(), 1);
}

#[tokio::test]
async fn all_lines_arrive() {
    check_all_arrive(|carbon| Graphite::tcp(&format!("127.0.0.1:{}", carbon.lines)).unwrap()).await;
}

#[tokio::test]
async fn all_pickles_arrive() {
    check_all_arrive(|carbon| Graphite::pickle(&format!("127.0.0.1:{}", carbon.pickles)).unwrap()).await;
}

/// What is on its disk when it is killed stays, and what is written after it is back comes. What it had read and held in its
/// memory is lost, and only that.
async fn check_killed(sink: impl FnOnce(&Carbon) -> Graphite) {
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
    check_killed(|carbon| Graphite::tcp(&format!("127.0.0.1:{}", carbon.lines)).unwrap()).await;
}

#[tokio::test]
async fn only_what_it_held_in_memory_is_lost_when_it_is_killed_among_pickles() {
    check_killed(|carbon| Graphite::pickle(&format!("127.0.0.1:{}", carbon.pickles)).unwrap()).await;
}
