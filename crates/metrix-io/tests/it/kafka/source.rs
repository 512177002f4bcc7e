//! The source, as a member of a group.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use metrix::Timestamp;
use metrix_io::sources::kafka::{
    Alignment, KafkaCommit, KafkaEvent, KafkaMessage, KafkaPartition, KafkaSource, KafkaSourceBuilder, Start,
};
use rdkafka::ClientConfig;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use tokio::time::timeout;

use super::broker::{Broker, PATIENCE};
use crate::hostile::Random;

/// Sends payloads to partitions.
fn send(broker: &Broker, topic: &str, messages: impl IntoIterator<Item = (i32, Vec<u8>)>) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", broker.address()).set("compression.type", "gzip").set("linger.ms", "20");
    let producer: ThreadedProducer<_> = config.create_with_context(rdkafka::producer::DefaultProducerContext).unwrap();
    for (partition, payload) in messages {
        let headers = OwnedHeaders::new().insert(Header { key: "h", value: Some(&payload) });
        let message = BaseRecord::to(topic).partition(partition).key(&payload).payload(&payload).headers(headers);
        producer.send(message).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

fn text(number: i64) -> Vec<u8> {
    number.to_string().into_bytes()
}

fn number(message: &KafkaMessage) -> i64 {
    std::str::from_utf8(&message.payload).unwrap().parse().unwrap()
}

/// The only member that its group ever has. A slow machine doesn't end its session.
fn lone(broker: &Broker, topic: &str) -> KafkaSourceBuilder {
    KafkaSource::builder(&broker.cluster(), [topic])
}

/// One whose group has others, before it or beside it: a broker waits for those nearly as long as a session may be. That is longer
/// than it waits before it tells the first one what it has.
fn builder(broker: &Broker, topic: &str) -> KafkaSourceBuilder {
    lone(broker, topic).session_timeout(Duration::from_secs(4))
}

async fn next(source: &KafkaSource) -> KafkaEvent {
    timeout(PATIENCE, source.next()).await.expect("something comes").unwrap()
}

/// The next message, released.
async fn message(source: &KafkaSource) -> KafkaMessage {
    loop {
        if let KafkaEvent::Message(message) = next(source).await {
            source.release(&message.partition);
            return message;
        }
    }
}

#[tokio::test]
async fn messages_come_whole_and_in_order() {
    let broker = Broker::start();
    broker.topic("whole", 3);
    let mut random = Random::new(7);
    let payloads: Vec<(i32, Vec<u8>)> = (0..20_000)
        .map(|number| (number % 3, (0..random.below(40)).map(|_| random.below(256) as u8).collect()))
        .collect();
    send(&broker, "whole", payloads.clone());
    let source = lone(&broker, "whole").open().unwrap();
    let mut found: BTreeMap<i32, Vec<Vec<u8>>> = BTreeMap::new();
    for _ in 0..payloads.len() {
        let message = message(&source).await;
        let of_partition = found.entry(message.partition.number).or_default();
        assert_eq!(message.offset, of_partition.len() as i64);
        assert_eq!(message.key.unwrap_or_default(), message.payload);
        assert_eq!(message.headers, [("h".to_owned(), message.payload.clone())]);
        of_partition.push(message.payload);
    }
    for (partition, payloads_found) in found {
        let sent = payloads.iter().filter(|(to, _)| *to == partition).map(|(_, payload)| payload);
        assert!(sent.eq(&payloads_found), "{partition}");
    }
    assert_eq!(source.stats().messages, 20_000);
    source.close().await;
}

#[tokio::test]
async fn a_commit_comes_back_with_its_text() {
    let broker = Broker::start();
    broker.topic("commits", 2);
    send(&broker, "commits", (0..20).map(|number| (0, text(number))));
    let source = builder(&broker, "commits").open().unwrap();
    let mut last = None;
    for expected in 0..10 {
        let message = message(&source).await;
        assert_eq!(number(&message), expected);
        last = Some(message);
    }
    let last = last.unwrap();
    let commit =
        KafkaCommit { partition: last.partition.clone(), offset: 8, metadata: r#"{"requests":"é"}"#.to_owned() };
    let gone = KafkaCommit { partition: KafkaPartition { topic: "gone".into(), number: 0 }, ..commit.clone() };
    assert_eq!(source.commit(&[gone.clone(), commit]).await.unwrap(), [gone.partition]);
    source.close().await;

    let source = builder(&broker, "commits").open().unwrap();
    let mut assigned = BTreeMap::new();
    let first = loop {
        match next(&source).await {
            KafkaEvent::Assigned(one) => drop(assigned.insert(one.partition.number, one)),
            KafkaEvent::Message(message) => break message,
            _ => {}
        }
    };
    assert_eq!((number(&first), first.offset), (8, 8));
    let (one, other) = (&assigned[&0], &assigned[&1]);
    assert_eq!((one.committed, one.metadata.as_str(), one.goes_on), (Some(8), r#"{"requests":"é"}"#, false));
    assert_eq!((other.committed, other.metadata.as_str(), other.goes_on), (None, "", false));
    source.close().await;
}

#[tokio::test]
async fn a_group_begins_where_it_is_told_to() {
    let broker = Broker::start();
    broker.topic("begins", 1);
    send(&broker, "begins", (0..5).map(|number| (0, text(number))));
    let source = lone(&broker, "begins").group("late").start(Start::Latest).open().unwrap();
    // Its place is known when it has come to the end.
    while !matches!(next(&source).await, KafkaEvent::End(_)) {}
    send(&broker, "begins", [(0, text(5))]);
    assert_eq!(number(&message(&source).await), 5);
    source.close().await;
    let source = lone(&broker, "begins").group("early").open().unwrap();
    assert_eq!(number(&message(&source).await), 0);
    source.close().await;
}

#[tokio::test]
async fn what_comes_while_a_group_of_now_is_away_is_read() {
    let broker = Broker::start();
    broker.topic("away", 2);
    send(&broker, "away", (0..6).map(|number| ((number % 2) as i32, text(number))));
    let make = || builder(&broker, "away").group("now").start(Start::Latest).open().unwrap();
    let source = make();
    let mut ends = 0;
    while ends < 2 {
        ends += i32::from(matches!(next(&source).await, KafkaEvent::End(_)));
    }
    // It has read nothing, and so committed nothing of its own accord.
    source.close().await;
    send(&broker, "away", (6..8).map(|number| ((number % 2) as i32, text(number))));
    let source = make();
    let (mut found, mut begun) = (Vec::new(), Vec::new());
    while found.len() < 2 {
        match next(&source).await {
            KafkaEvent::Assigned(assigned) => begun.push((assigned.committed, assigned.metadata, assigned.goes_on)),
            KafkaEvent::Message(message) => found.push(number(&message)),
            _ => {}
        }
    }
    found.sort_unstable();
    assert_eq!(found, [6, 7]);
    assert_eq!(begun, vec![(Some(3), String::new(), false); 2]);
    source.close().await;
}

#[tokio::test]
async fn what_is_not_allowed_is_told_and_not_tried_for_ever() {
    let broker = Broker::start();
    broker.topic("forbidden", 1);
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED;
    broker.mock.request_errors(RDKafkaApiKey::OffsetFetch, &[error]);
    let source = builder(&broker, "forbidden").open().unwrap();
    let error = timeout(PATIENCE, source.next()).await.expect("it is told").unwrap_err();
    assert!(error.to_string().contains("authorization failed"), "{error}");
    source.close().await;
    // What passes is asked again.
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS;
    broker.mock.request_errors(RDKafkaApiKey::OffsetFetch, &[error]);
    let source = builder(&broker, "forbidden").open().unwrap();
    assert!(matches!(next(&source).await, KafkaEvent::Assigned(_)));
    source.close().await;
}

#[tokio::test]
async fn sessions_may_be_long() {
    let broker = Broker::start();
    lone(&broker, "long").session_timeout(Duration::from_secs(1800)).open().unwrap().close().await;
}

#[tokio::test]
async fn a_partition_that_comes_back_goes_on_unless_another_has_committed() {
    let broker = Broker::start();
    broker.topic("shared", 2);
    send(&broker, "shared", (0..200).map(|number| ((number % 2) as i32, text(number / 2))));
    // Each has some seconds to hear of the other.
    let member = || builder(&broker, "shared").session_timeout(Duration::from_secs(8)).open().unwrap();
    let one = member();
    let mut taken = [0, 0];
    while taken.iter().any(|taken| *taken < 10) {
        let message = message(&one).await;
        assert_eq!(number(&message), taken[message.partition.number as usize]);
        taken[message.partition.number as usize] += 1;
    }
    // Another member takes one of the two, commits something, and leaves.
    let (other, mut gone) = (member(), None);
    let reading = async {
        loop {
            match next(&one).await {
                KafkaEvent::Message(message) => {
                    taken[message.partition.number as usize] = number(&message) + 1;
                    one.release(&message.partition);
                }
                KafkaEvent::Revoked(partitions) => _ = gone.get_or_insert(partitions.len()),
                _ => {}
            }
        }
    };
    let theirs = tokio::select! {
        theirs = message(&other) => theirs,
        () = reading => unreachable!("it goes on for ever"),
    };
    assert_eq!(number(&theirs), 0, "nothing had been committed");
    assert_eq!(gone, Some(2), "both go at once, and one of them comes back");
    let commit = KafkaCommit { partition: theirs.partition.clone(), offset: 3, metadata: "theirs".to_owned() };
    assert_eq!(other.commit(&[commit]).await.unwrap(), []);
    other.close().await;
    let mut assigned = BTreeMap::new();
    while assigned.len() < 2 {
        match next(&one).await {
            // What has been given before both were taken away does not count.
            KafkaEvent::Assigned(one) => drop(assigned.insert(one.partition.clone(), one)),
            KafkaEvent::Revoked(_) => assigned.clear(),
            KafkaEvent::Message(message) => {
                taken[message.partition.number as usize] = number(&message) + 1;
                one.release(&message.partition);
            }
            _ => {}
        }
    }
    let back = &assigned[&theirs.partition];
    assert_eq!((back.goes_on, back.committed, back.metadata.as_str()), (false, Some(3), "theirs"));
    let (kept, kept_assignment) = assigned.iter().find(|(partition, _)| **partition != theirs.partition).unwrap();
    assert!(kept_assignment.goes_on);
    // What there was may have been read to its end.
    send(&broker, "shared", [(0, text(100)), (1, text(100))]);
    let mut missing = vec![theirs.partition.number, kept.number];
    while !missing.is_empty() {
        let message = message(&one).await;
        let place = message.partition.number;
        if missing.contains(&place) {
            let expected = if place == kept.number { taken[place as usize] } else { 3 };
            assert_eq!(number(&message), expected, "of {}", message.partition);
            missing.retain(|missing| *missing != place);
        }
    }
    one.close().await;
}

#[tokio::test]
async fn brokers_that_go_away_lose_nothing() {
    let broker = Broker::start();
    broker.topic("back", 3);
    send(&broker, "back", (0..30_000).map(|number| ((number % 3) as i32, text(number / 3))));
    let source = lone(&broker, "back").open().unwrap();
    let mut next = [0; 3];
    for given in 0..30_000 {
        let up = || (1..=3).for_each(|id| broker.mock.broker_up(id).unwrap());
        match given {
            1000 => (1..=3).for_each(|id| broker.mock.broker_down(id).unwrap()),
            1500 => up(),
            20_000 => broker
                .mock
                .request_errors(RDKafkaApiKey::Fetch, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION; 5]),
            _ => {}
        }
        // Meanwhile are given those that had been fetched, which may be fewer.
        let soon = timeout(Duration::from_secs(1), message(&source)).await;
        let message = match soon {
            Ok(message) => message,
            Err(_) => {
                up();
                message(&source).await
            }
        };
        let place = message.partition.number as usize;
        assert_eq!(number(&message), next[place]);
        next[place] += 1;
    }
    source.close().await;
}

#[tokio::test]
async fn a_commit_that_is_refused_is_told() {
    let broker = Broker::start();
    broker.topic("refused", 1);
    send(&broker, "refused", [(0, text(0))]);
    let source = lone(&broker, "refused").open().unwrap();
    let partition = message(&source).await.partition;
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE;
    broker.mock.request_errors(RDKafkaApiKey::OffsetCommit, &[error]);
    let commit = KafkaCommit { partition, offset: 1, metadata: "é".repeat(2049) };
    let error = source.commit(std::slice::from_ref(&commit)).await.unwrap_err();
    let expected = "Broker: Offset metadata string too large: it has 4098 bytes, and a broker takes no more than 4096, unless its \
                    `offset.metadata.max.bytes` says otherwise";
    assert_eq!(error.to_string(), expected);
    source.commit(&[commit]).await.unwrap();
    source.close().await;
}

/// Partitions whose times lie apart are given side by side, whichever of them is fetched first.
#[tokio::test]
async fn partitions_are_aligned() {
    const EACH: i64 = 2000;
    let broker = Broker::start();
    broker.topic("aligned", 4);
    // The third is empty, and the fourth ends early.
    let numbers = |partition: i64| (0..if partition == 3 { 100 } else { EACH }).map(move |at| at * 4 + partition);
    let all =
        [0, 1, 3].into_iter().flat_map(|partition| numbers(partition).map(move |at| (partition as i32, text(at))));
    send(&broker, "aligned", all);
    let source = lone(&broker, "aligned").open().unwrap();
    let now = {
        let start = Instant::now();
        move || Timestamp::from_nanos(start.elapsed().as_nanos() as i64)
    };
    let mut alignment = Alignment::new(Duration::ZERO, PATIENCE);
    let (mut count, mut newest) = (0, 0);
    while count < 2 * EACH + 100 {
        match next(&source).await {
            KafkaEvent::Assigned(assigned) => alignment.add(assigned.partition, now()),
            KafkaEvent::End(partition) => alignment.end(&partition),
            KafkaEvent::Message(message) => {
                let (partition, at) = (message.partition.clone(), Timestamp::from_secs(number(&message)));
                alignment.put(&partition, at, message, now());
            }
            other => panic!("{other:?}"),
        }
        while let Some((partition, message)) = alignment.take(now()) {
            assert!(number(&message) > newest || count == 0, "{} after {newest}", number(&message));
            newest = number(&message);
            count += 1;
            source.release(&partition);
        }
    }
    assert_eq!(alignment.overruled(), 0);
    source.close().await;
}

#[test]
fn a_source_ends_where_it_was_dropped() {
    let broker = Broker::start();
    broker.topic("dropped", 1);
    for _ in 0..3 {
        drop(builder(&broker, "dropped").open().unwrap());
    }
}
