//! The program is killed in the middle, again and again, and nothing is missing.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use metrix::Timestamp;
use serde_json::Value;

use super::broker::{Broker, PATIENCE, Sent};
use crate::appended::{TAGS_OF_IDS, appended, check_ids, last_of_windows};
use crate::program::{Running, Scene, until};

const PARTITIONS: i64 = 8;
/// Beside them, these have ids alone, so that nothing else holds back what is committed of them.
const OF_IDS: i64 = 2;
const MESSAGES: i64 = 10_000;
/// They are sent so many at a time, a part for each run, so that none has nothing left to do.
const PART: i64 = 2000;
/// In each message; those of a tenth of the messages are of the stream `ids`, and are numbered by their values.
const LINES: i64 = 100;
/// The time of the first element, in seconds: the beginning of a window.
const START: i64 = 1_700_000_000;
/// Elements are so many milliseconds apart.
const APART: i64 = 1;
/// And parts by so many more: far from what the clock does, by which time goes on where nothing comes.
const PARTS_APART: i64 = 1_000_000;
const WINDOW: i64 = 10_000;

const CONFIG: &str = r#"
    [[source]]
    type = "kafka"
    brokers = "BROKERS"
    topics = ["killed"]
    session_timeout = "4s"
    commit_every = "100ms"
    [[stream]]
    name = "summed"
    agg = ["sum", "count"]
    window = "10s"
    time = "event"
    lateness = "2s"
    [[stream]]
    name = "ids"
    agg = ["min", "max"]
    batch = 1000
    [[sink]]
    type = "sqlite"
    path = "store.db"
    streams = ["summed"]
    [[sink]]
    type = "jsonl"
    path = "all.jsonl"
"#;

/// Whether a message has ids.
fn is_of_ids(message: i64) -> bool {
    message % 10 == 3
}

/// Name, tag, value and time in milliseconds of an element.
fn element(number: i64) -> (&'static str, i64, i64, i64) {
    let (message, at) = (number / LINES, START * 1000 + number * APART + number / LINES / PART * PARTS_APART);
    if !is_of_ids(message) {
        return ("summed", number % 7, number % 1000, at);
    }
    let id = message / 10 * LINES + number % LINES;
    ("ids", id % TAGS_OF_IDS, id, at)
}

fn message(number: i64) -> Sent {
    let line = |number| {
        let (name, tag, value, at) = element(number);
        let (secs, millis) = (at / 1000, at % 1000);
        format!("{{\"name\":\"{name}\",\"value\":{value},\"tags\":{{\"tag\":\"{tag}\"}},\"at\":{secs}.{millis:03}}}\n")
    };
    let payload: String = (number * LINES..(number + 1) * LINES).map(line).collect();
    let partition = if is_of_ids(number) { PARTITIONS + number / 10 % OF_IDS } else { number % PARTITIONS };
    Sent { partition: partition as i32, payload: payload.into_bytes() }
}

/// A message to each partition that is far later than all others, so that the windows of those are over.
fn last() -> impl Iterator<Item = Sent> {
    let at = START + 1_000_000;
    let payload = format!("{{\"name\":\"summed\",\"value\":0,\"tags\":{{\"tag\":\"last\"}},\"at\":{at}}}");
    (0..PARTITIONS).map(move |partition| Sent { partition: partition as i32, payload: payload.clone().into_bytes() })
}

type Sums = BTreeMap<(String, String, String), f64>;

/// By name, tag and end of the window.
fn expected() -> Sums {
    let mut sums = Sums::new();
    for (name, tag, value, at) in (0..MESSAGES * LINES).map(element).filter(|(name, ..)| *name == "summed") {
        let end = Timestamp::from_millis((at / WINDOW + 1) * WINDOW).to_string();
        *sums.entry((format!("{name}.sum"), tag.to_string(), end.clone())).or_default() += value as f64;
        *sums.entry((format!("{name}.count"), tag.to_string(), end)).or_default() += 1.0;
    }
    sums
}

fn stored(scene: &Scene) -> Sums {
    if !scene.path("store.db").exists() {
        return Sums::new();
    }
    let ended = scene.call(&["query", "summed.*", "--store", "store.db", "--format", "json"]);
    let mut sums = Sums::new();
    for line in ended.out.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let key = (text(&line["name"]), text(&line["tags"]["tag"]), text(&line["at"]));
        assert_eq!(sums.insert(key, line["value"].as_f64().unwrap()), None, "a store has one value of each");
    }
    sums.retain(|(_, tag, _), _| tag != "last");
    sums
}

/// How many messages have been committed, of all partitions.
fn committed(broker: &Broker) -> i64 {
    let committed = broker.committed("metrix", "killed", PARTITIONS as i32);
    committed.iter().map(|(offset, _)| offset.to_raw().unwrap_or(0).max(0)).sum()
}

/// Waits until the store has so many values, as long as there are more and more.
#[track_caller]
fn wait_for(scene: &Scene, running: &mut Running, count: usize) -> Sums {
    let (mut so_far, mut deadline) = (0, Instant::now() + PATIENCE);
    loop {
        let stored = stored(scene);
        if stored.len() >= count {
            return stored;
        }
        if stored.len() > so_far {
            (so_far, deadline) = (stored.len(), Instant::now() + PATIENCE);
        }
        assert!(!running.has_ended(), "it goes on: {}", running.said(""));
        assert!(Instant::now() < deadline, "the store has {} values of {count}; {}", stored.len(), running.said(""));
        sleep(Duration::from_millis(20));
    }
}

#[track_caller]
fn check(expected: &Sums, found: &Sums) {
    let wrong: Vec<_> = expected.iter().filter(|(key, sum)| found.get(*key) != Some(*sum)).take(3).collect();
    let theirs: Vec<_> = wrong.iter().map(|(key, _)| found.get(*key)).collect();
    assert!(wrong.is_empty() && found.len() == expected.len(), "{wrong:?}, but they are {theirs:?}");
}

#[test]
fn sums_in_event_time_are_exact_and_nothing_is_missing() {
    let (broker, scene) = (Broker::start(), Scene::new());
    broker.topic("killed", (PARTITIONS + OF_IDS) as i32);
    let (expected, config) = (expected(), CONFIG.replace("BROKERS", &broker.address()));
    let (mut before, parts) = (0, (MESSAGES / PART) as usize);
    let send = |part: usize| broker.send("killed", (part as i64 * PART..(part as i64 + 1) * PART).map(message));
    for part in 0..parts - 1 {
        send(part);
        let mut running = scene.start(&config, &[]);
        // How far it gets before it is killed depends on the machine, and so is as good as random.
        wait_for(&scene, &mut running, expected.len() * (2 * part + 1) / (2 * parts));
        // Each run goes on where the one before it was, and not at the beginning.
        until("a commit", || (committed(&broker) > before).then_some(()));
        running.signal("KILL");
        assert_eq!(running.ended().code, None);
        before = committed(&broker);
    }
    send(parts - 1);
    broker.send("killed", last());
    let mut running = scene.start(&config, &[]);
    let found = wait_for(&scene, &mut running, expected.len());
    check(&expected, &found);

    // What is appended may come twice, and none is missing: of each window the last is exact, and each single element is in some batch.
    running.signal("TERM");
    running.ended().code(0);
    let appended = appended(&scene, "all.jsonl");
    let mut windows = last_of_windows(&appended, &["summed.sum", "summed.count"], "tag");
    windows.retain(|(_, tag, _), _| tag != "last");
    check(&expected, &windows);
    check_ids(&appended, (MESSAGES / 10 * LINES) as u64);

    // All is committed, so that the next run has nothing to do.
    let committed = broker.committed("metrix", "killed", PARTITIONS as i32);
    assert!(committed.iter().all(|(_, text)| text.contains("summed")), "{committed:?}");
}
