//! A partition that the program can't read when it is started again: another member has it, or its broker is away.

use std::collections::BTreeMap;
use std::time::Duration;

use metrix::Timestamp;
use rdkafka::Offset;
use rdkafka::consumer::Consumer;
use rdkafka::mocking::MockCoordinator;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::broker::{Broker, Sent};
use crate::appended::appended;
use crate::program::{Scene, until};

const SESSION: Duration = Duration::from_secs(6);

/// Windows are so long that the clock, by which time goes on where nothing comes, is far from their ends.
const CONFIG: &str = r#"
    [[source]]
    type = "kafka"
    brokers = "BROKERS"
    topics = ["parted"]
    session_timeout = "6s"
    commit_every = "50ms"
    properties = { "reconnect.backoff.max.ms" = "200" }
    [[stream]]
    name = "n"
    agg = ["count"]
    window = "1000s"
    time = "event"
    lateness = "0s"
    [[sink]]
    type = "jsonl"
    path = "all.jsonl"
"#;

/// The beginning of a window, in seconds.
fn begins(window: i64) -> i64 {
    1_700_000_000 + window * 1000
}

/// A message to each of these partitions for each of these windows.
fn send(broker: &Broker, partitions: &[i32], windows: impl IntoIterator<Item = i64>) {
    let payload = |window| format!("{{\"name\":\"n\",\"value\":1,\"at\":{}}}", begins(window) + 1).into_bytes();
    let sent =
        |window| partitions.iter().map(move |partition| Sent { partition: *partition, payload: payload(window) });
    broker.send("parted", windows.into_iter().flat_map(sent));
}

fn committed(broker: &Broker) -> Vec<(Offset, String)> {
    broker.committed("metrix", "parted", 2)
}

/// What is committed where this many messages are settled, and all windows before this one.
fn settled(messages: i64, window: i64) -> (Offset, String) {
    (Offset::Offset(messages), format!("{{\"{}\":[\"n\"]}}", begins(window)))
}

/// Waits until there are so many elements in each of these windows, the first of all.
fn wait_for(scene: &Scene, counts: &[(i64, f64)]) {
    let expected = counts.iter().map(|(window, count)| (Timestamp::from_secs(begins(window + 1)).to_string(), *count));
    let expected: BTreeMap<String, f64> = expected.collect();
    let mut found = BTreeMap::new();
    until("all windows", || {
        // A window that is there twice is whole the last time.
        found = appended(scene, "all.jsonl").into_iter().map(|element| (element.at, element.value)).collect();
        (found.len() >= expected.len()).then_some(())
    });
    assert_eq!(found, expected);
}

/// Runs the program on these messages of both partitions, until all but the last window is settled, and kills it.
fn run_and_kill(broker: &Broker, scene: &Scene, config: &str) {
    send(broker, &[0, 1], 0..2);
    let running = scene.start(config, &[]);
    until("a commit", || (committed(broker) == [settled(1, 1), settled(1, 1)]).then_some(()));
    running.signal("KILL");
    assert_eq!(running.ended().code, None);
}

#[test]
fn what_another_member_has_is_left_alone_and_told_where_it_comes_too_late() {
    let (broker, scene) = (Broker::start(), Scene::new());
    broker.topic("parted", 2);
    let config = CONFIG.replace("BROKERS", &broker.address());
    run_and_kill(&broker, &scene, &config);

    let other = broker.member("metrix", "parted", SESSION);
    let assigned = || {
        // It takes part in its group while it is asked, and does nothing with what it gets.
        let _ = other.poll(Duration::from_millis(5));
        other.assignment().unwrap().elements().iter().map(|one| one.partition()).collect::<Vec<_>>()
    };
    until("the other has some", || (!assigned().is_empty()).then_some(()));
    let running = scene.start(&config, &[]);
    let theirs = until("each has one", || assigned().try_into().ok().map(|[one]: [i32; 1]| one));
    let ours = 1 - theirs;
    send(&broker, &[ours], 2..4);
    until("a commit", || {
        assigned();
        (committed(&broker)[ours as usize] == settled(3, 3)).then_some(())
    });
    assert_eq!(committed(&broker)[theirs as usize], settled(1, 1), "it is as it was");

    // What it has of the window 1 comes too late now.
    send(&broker, &[theirs], [5, 9]);
    drop(other);
    wait_for(&scene, &[(0, 2.0), (1, 1.0), (2, 1.0), (3, 1.0), (5, 1.0)]);
    running.signal("TERM");
    let ended = running.ended();
    let told = format!("what parted[{theirs}] has is late, since the streams were further on when it came here");
    assert_eq!(ended.err.matches(&told).count(), 1, "{}", ended.err);
    assert!(ended.err.contains("1 late, as the stream was further on than their partition"), "{}", ended.err);
}

#[test]
fn what_is_at_a_broker_that_is_away_is_waited_for() {
    let (broker, scene) = (Broker::of(2), Scene::new());
    broker.topic("parted", 2);
    (0..2).for_each(|partition| broker.mock.partition_leader("parted", partition, Some(partition + 1)).unwrap());
    broker.mock.coordinator(MockCoordinator::Group("metrix".to_owned()), 1).unwrap();
    let address = broker.address();
    let first = address.split(',').next().unwrap();
    let config = CONFIG.replace("BROKERS", first);
    run_and_kill(&broker, &scene, &config);

    send(&broker, &[0, 1], 2..5);
    broker.mock.broker_down(2).unwrap();
    // Only who has a partition fetches of it, and hears of this then.
    broker.mock.request_errors(RDKafkaApiKey::Fetch, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN]);
    let running = scene.start(&config, &[]);
    running.said("Unknown broker error");
    assert_eq!(committed(&broker), [settled(1, 1), settled(1, 1)]);
    broker.mock.broker_up(2).unwrap();
    wait_for(&scene, &[(0, 2.0), (1, 2.0), (2, 2.0), (3, 2.0)]);
    running.signal("TERM");
    let ended = running.ended();
    assert!(!ended.err.contains("late"), "{}", ended.err);
}

#[test]
fn a_source_says_that_it_waits() {
    let (broker, scene) = (Broker::start(), Scene::new());
    broker.topic("parted", 2);
    broker.mock.broker_down(1).unwrap();
    let running = scene.start(&CONFIG.replace("BROKERS", &broker.address()), &[]);
    running.said(&format!(" WARN kafka: {}/bootstrap: Connect to ", broker.address()));
    running.said("it has no partition yet: its brokers may be away");
    broker.mock.broker_up(1).unwrap();
    running.said("it has partitions now");
    running.signal("TERM");
    running.ended().code(0);
}
