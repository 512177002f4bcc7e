//! What the sink writes is there, whatever happens to the brokers.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use metrix::{MElement, Sink, Timestamp, WriteError, size, tags};
use metrix_io::sinks::kafka::{Compression, Kafka};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::broker::{Broker, Found, PATIENCE, Seen, read, seen};
use crate::delivery::Delivery;
use crate::hostile::hostile_elements;

/// How often each is there.
fn counted(all: impl IntoIterator<Item = Seen>) -> HashMap<Seen, usize> {
    let mut counts = HashMap::new();
    all.into_iter().for_each(|one| *counts.entry(one).or_insert(0) += 1);
    counts
}

#[track_caller]
fn check_same(found: &[Found], elements: &[MElement]) {
    let (found, wanted) = (counted(found.iter().map(|found| read(&found.value))), counted(elements.iter().map(seen)));
    let wrong = found.iter().find(|(one, count)| wanted.get(*one) != Some(*count));
    let missing = wanted.keys().find(|one| !found.contains_key(*one));
    assert_eq!((wrong, missing), (None, None));
}

fn plain(numbers: std::ops::Range<i64>) -> Vec<MElement> {
    let element = |number| MElement::new("n", number as f64, tags! { "a" => number % 7 }, Timestamp::from_secs(number));
    numbers.map(element).collect()
}

fn words(error: &WriteError) -> String {
    std::error::Error::source(error).unwrap().to_string()
}

#[tokio::test]
async fn hostile_elements_arrive_once_and_in_order_of_their_series() {
    let broker = Broker::start();
    broker.topic("all", 5);
    let elements = hostile_elements(10_000);
    let builder = Kafka::builder(&broker.cluster()).topic("all").unwrap().header("source", "metrix é");
    let mut sink = builder.compression(Compression::Zstd).open().unwrap();
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    let found = broker.all("all", 5);
    check_same(&found, &elements);
    assert!(found.iter().all(|one| one.headers["source"] == "metrix é"));
    // A key is in one partition, and stands for one series whose elements come in order.
    let mut series: HashMap<&str, (i32, Seen)> = HashMap::new();
    for one in &found {
        let new = read(&one.value);
        if let Some((partition, old)) = series.insert(&one.key, (one.partition, new.clone())) {
            assert_eq!((partition, &old.0, &old.1), (one.partition, &new.0, &new.1), "{}", one.key);
            assert!(old.3 < new.3, "{} is in order", one.key);
        }
    }
    let known = counted(elements.iter().map(|element| {
        let (name, tags, ..) = seen(element);
        (name, tags, 0, String::new(), None)
    }));
    assert_eq!(series.len(), known.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_brokers_go_away() {
    let broker = Broker::start();
    broker.topic("killed", 4);
    let sink = Kafka::builder(&broker.cluster()).topic("killed").unwrap().open().unwrap();
    // Shorter than the brokers are away, so that writes are dropped and come again.
    let options = Delivery::options().write_timeout(Duration::from_millis(200));
    let elements = hostile_elements(10_000);
    let delivery = Delivery::start(sink, options, &elements);
    delivery.wait_for("some arrive", |stats| stats.delivered > 3000).await;
    (1..=3).for_each(|id| broker.mock.broker_down(id).unwrap());
    // More than the queue has room for are left now, however fast it is.
    delivery.go_on();
    delivery.wait_for("brokers that are away answer nothing", |stats| stats.timeouts >= 3).await;
    (1..=3).for_each(|id| broker.mock.broker_up(id).unwrap());
    delivery.end().await;
    check_same(&broker.all("killed", 4), &elements);
}

#[tokio::test]
async fn what_a_broker_refuses_is_told_in_its_words() {
    let broker = Broker::start();
    broker.topic("refused", 1);
    // So long that those of a write are in one set.
    let cluster = broker.cluster().property("linger.ms", "500").unwrap();
    let mut sink = Kafka::builder(&cluster).topic("refused").unwrap().open().unwrap();
    sink.write(&plain(0..3)).await.unwrap();
    // The first refuses the set, and the second the first message on its own.
    broker.mock.request_errors(RDKafkaApiKey::Produce, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; 2]);
    let refusal = sink.write(&plain(3..5)).await.unwrap_err();
    assert_eq!((refusal.is_retryable(), refusal.positions()), (false, Some(&[0][..])));
    assert!(words(&refusal).contains("Broker: Message size too large"), "{}", words(&refusal));
    // One that passes is not even seen.
    broker
        .mock
        .request_errors(RDKafkaApiKey::Produce, &[RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION; 2]);
    sink.write(&plain(5..8)).await.unwrap();
    // Of a batch, only those are named that are wrong themselves.
    let mut batch = plain(8..12);
    batch[1].value = f64::NAN;
    batch[2].name = "x".repeat(2_000_000).into();
    let refusal = sink.write(&batch).await.unwrap_err();
    assert_eq!((refusal.is_retryable(), refusal.positions()), (false, Some(&[1, 2][..])));
    sink.close().await.unwrap();
    let all: Vec<MElement> = [plain(0..3), plain(4..9), plain(11..12)].concat();
    check_same(&broker.all("refused", 1), &all);
}

#[tokio::test]
async fn nothing_is_refused_for_its_neighbours() {
    use RDKafkaRespErr as Code;
    let broker = Broker::start();
    broker.topic("neighbours", 1);
    let mut sink = Kafka::builder(&broker.cluster()).topic("neighbours").unwrap().open().unwrap();
    let codes = [
        Code::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
        Code::RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
        Code::RD_KAFKA_RESP_ERR_INVALID_MSG,
        Code::RD_KAFKA_RESP_ERR_INVALID_RECORD,
    ];
    for (code, first) in codes.into_iter().zip([0, 2, 4, 6]) {
        broker.mock.request_errors(RDKafkaApiKey::Produce, &[code]);
        sink.write(&plain(first..first + 2)).await.unwrap();
    }
    sink.close().await.unwrap();
    check_same(&broker.all("neighbours", 1), &plain(0..8));
}

#[tokio::test]
async fn a_full_queue_refuses_nothing() {
    let broker = Broker::start();
    broker.topic("full", 2);
    let cluster = broker.cluster();
    let cluster = cluster.property("queue.buffering.max.messages", "1").unwrap().property("linger.ms", "0").unwrap();
    let mut sink = Kafka::builder(&cluster).topic("full").unwrap().open().unwrap();
    for first in (0..1000).step_by(100) {
        sink.write(&plain(first..first + 100)).await.unwrap();
    }
    // Where there is never room for one it is told, and not tried for ever.
    let cluster = broker.cluster().property("queue.buffering.max.kbytes", "1").unwrap();
    let mut small = Kafka::builder(&cluster).topic("full").unwrap().open().unwrap();
    let mut batch = plain(1000..1002);
    batch[0].name = "x".repeat(5000).into();
    let refusal = small.write(&batch).await.unwrap_err();
    assert_eq!((refusal.is_retryable(), refusal.positions()), (false, Some(&[0][..])));
    assert!(words(&refusal).contains("Queue full"), "{}", words(&refusal));
    check_same(&broker.all("full", 2), &[plain(0..1000), plain(1001..1002)].concat());
}

#[tokio::test]
async fn a_topic_that_may_not_be_written_is_told() {
    let broker = Broker::start();
    broker.topic("forbidden", 1);
    let mut sink = Kafka::builder(&broker.cluster()).topic("forbidden").unwrap().open().unwrap();
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    broker.mock.request_errors(RDKafkaApiKey::Produce, &[error; 20]);
    let refusal = sink.write(&plain(0..2)).await.unwrap_err();
    assert_eq!((refusal.is_retryable(), refusal.positions()), (false, Some(&[0, 1][..])));
    assert!(words(&refusal).contains("Broker: Topic authorization failed"), "{}", words(&refusal));
}

#[tokio::test]
async fn what_is_not_confirmed_in_time_is_worth_a_retry() {
    let broker = Broker::start();
    broker.topic("away", 1);
    let mut sink = Kafka::builder(&broker.cluster()).topic("away").unwrap();
    sink = sink.delivery_timeout(Duration::from_secs(10));
    let mut sink = sink.open().unwrap();
    sink.write(&plain(0..2)).await.unwrap();
    (1..=3).for_each(|id| broker.mock.broker_down(id).unwrap());
    let error = sink.write(&plain(2..4)).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (true, Some(&[0, 1][..])));
    assert!(words(&error).starts_with("Local: Message timed out"), "{}", words(&error));
    (1..=3).for_each(|id| broker.mock.broker_up(id).unwrap());
    let deadline = Instant::now() + PATIENCE;
    while sink.write(&plain(2..4)).await.is_err() {
        assert!(Instant::now() < deadline, "the brokers are back");
    }
    sink.close().await.unwrap();
    check_same(&broker.all("away", 1), &plain(0..4));
}

#[tokio::test]
async fn a_topic_for_each_name() {
    let broker = Broker::start();
    ["my.a_b", "my.c"].iter().for_each(|topic| broker.topic(topic, 1));
    let mut sink = Kafka::builder(&broker.cluster()).max_topics(size(2)).topic("my.{name}").unwrap().open().unwrap();
    let mut batch = plain(0..4);
    ["a b", "c", "one more", "a/b"].into_iter().zip(&mut batch).for_each(|(name, element)| element.name = name.into());
    let refusal = sink.write(&batch).await.unwrap_err();
    assert_eq!(refusal.positions(), Some(&[2][..]));
    sink.close().await.unwrap();
    check_same(&broker.all("my.a_b", 1), &[batch[0].clone(), batch[3].clone()]);
    check_same(&broker.all("my.c", 1), &batch[1..2]);
}

#[test]
fn a_wrong_property_is_told() {
    let error = metrix_io::KafkaCluster::new("127.0.0.1:1").unwrap().property("linger.ms", "often").unwrap_err();
    assert!(error.to_string().contains("linger.ms"), "{error}");
}
