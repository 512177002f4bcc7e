//! Consumers that the source finds, and what becomes of them.

use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use metrix_io::sources::nats::NatsStart;
use tokio::time::timeout;

use super::publish;
use super::source::{check_nothing_comes, numbers, source, take};
use super::source_faults::next_at_last;
use crate::peers::PATIENCE;

fn usual() -> pull::Config {
    pull::Config { durable_name: Some("metrix".to_owned()), ..pull::Config::default() }
}

#[tokio::test]
async fn a_consumer_that_may_leave_messages_out_is_none() {
    let (peer, client) = numbers(0..1).await;
    let stream = client.get_stream("NUMBERS").await.unwrap();
    let (deliver_policy, filter_subject) = (DeliverPolicy::LastPerSubject, "numbers.>".to_owned());
    for (config, told) in [
        (pull::Config { ack_policy: AckPolicy::None, ..usual() }, "has to be acknowledged explicitly"),
        (
            pull::Config { deliver_policy, filter_subject, ..usual() },
            "leaves out all messages of a subject but the last",
        ),
        (pull::Config { max_deliver: 5, ..usual() }, "gives messages up after some deliveries"),
    ] {
        stream.create_consumer(config).await.unwrap();
        let error = source(&peer).next().await.unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
        stream.delete_consumer("metrix").await.unwrap();
    }
}

/// A consumer that is there stays as it is.
#[tokio::test]
async fn what_differs_from_the_options_is_told() {
    let (peer, _) = numbers(0..1).await;
    let of_seven = || source(&peer).filter("numbers.7").ack_wait(Duration::from_secs(7));
    // The second finds it as the first has made it.
    for mut source in [of_seven(), of_seven(), source(&peer)] {
        source.open().await.unwrap();
        assert_eq!(source.differing(), None);
    }
    let mut other = source(&peer).filter("numbers.8").ack_wait(Duration::from_secs(8)).start(NatsStart::All);
    other.open().await.unwrap();
    let told = "the consumer \"metrix\" of \"NUMBERS\" is there already, and stays as it is: its `filter` is numbers.7, and not numbers.8; \
                its `ack_wait` is 7s, and not 8s; delete it, or name another one, to have it so";
    assert_eq!(other.differing(), Some(told));
}

/// Any replica may answer where direct reads are allowed, also one that lags.
#[tokio::test]
async fn the_bucket_is_read_from_its_leader() {
    let (peer, client) = numbers(0..1).await;
    source(&peer).open().await.unwrap();
    let bucket = client.get_stream("KV_metrix").await.unwrap();
    assert!(!bucket.cached_info().config.allow_direct);
}

/// Requests like ours are more than it takes: that is told, and not asked for again at once.
#[tokio::test]
async fn a_consumer_that_gives_nothing_is_told() {
    let (peer, client) = numbers(0..1).await;
    let stream = client.get_stream("NUMBERS").await.unwrap();
    stream.create_consumer(pull::Config { max_batch: 10, ..usual() }).await.unwrap();
    let mut source = source(&peer);
    let begun = Instant::now();
    for _ in 0..4 {
        let error = source.next().await.unwrap_err().to_string();
        assert!(error.contains("gives nothing, as \"Exceeded MaxRequestBatch"), "{error}");
    }
    assert!(begun.elapsed() >= Duration::from_millis(100 + 200 + 400), "{:?}", begun.elapsed());
}

/// What stands in the bucket is of the consumer that it was written for.
#[tokio::test]
async fn a_consumer_that_is_made_anew_begins_anew() {
    let (peer, client) = numbers(0..100).await;
    let mut first = source(&peer);
    for (_, position) in take(&mut first, 100).await {
        first.settle(position);
    }
    first.commit("all").await.unwrap();
    drop(first);
    let stream = client.get_stream("NUMBERS").await.unwrap();
    stream.delete_consumer("metrix").await.unwrap();
    let mut second = source(&peer);
    assert_eq!(second.open().await.unwrap(), "");
    assert_eq!(take(&mut second, 100).await.last(), Some(&(99, 100)));
}

/// A consumer that is deleted under its reader is made again, and what was read doesn't come again.
#[tokio::test]
async fn a_consumer_that_is_deleted_is_made_again() {
    let (peer, client) = numbers(0..100).await;
    let mut source = source(&peer);
    take(&mut source, 100).await;
    client.get_stream("NUMBERS").await.unwrap().delete_consumer("metrix").await.unwrap();
    publish(&client, 100..110).await;
    for expected in 100..110 {
        assert_eq!(next_at_last(&mut source).await, expected);
    }
    check_nothing_comes(&mut source, &client).await;
}

/// One consumer and two readers: each hands out all, and says that something is wrong.
#[tokio::test]
async fn another_reader_is_told() {
    let (peer, client) = numbers(0..10).await;
    let (mut first, mut second) = (source(&peer), source(&peer));
    take(&mut first, 10).await;
    take(&mut second, 10).await;
    let mut told = String::new();
    let all = async {
        for number in 10.. {
            publish(&client, number..number + 1).await;
            for source in [&mut first, &mut second] {
                if let Ok(Err(error)) = timeout(Duration::from_millis(20), source.next()).await {
                    told = error.to_string();
                    return;
                }
            }
        }
    };
    timeout(PATIENCE, all).await.expect("one of them sees it");
    assert!(told.contains("to another program that reads as the consumer \"metrix\""), "{told}");
}
