//! The source against a real server: what comes, and what doesn't come twice.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::Info;
use metrix_io::sources::nats::{NatsMessage, NatsSource, NatsStart};
use tokio::time::timeout;

use super::{make_stream, publish, server};
use crate::peers::PATIENCE;
use crate::peers::nats::NatsPeer;

pub(super) fn source(peer: &NatsPeer) -> NatsSource {
    NatsSource::new(server(peer), "NUMBERS", "metrix").unwrap()
}

/// A server with a stream of the numbers of a range.
pub(super) async fn numbers(range: Range<u64>) -> (NatsPeer, Context) {
    let peer = NatsPeer::start();
    let client = peer.client().await;
    make_stream(&client, "NUMBERS").await;
    publish(&client, range).await;
    (peer, client)
}

pub(super) async fn next(source: &mut NatsSource) -> NatsMessage {
    timeout(PATIENCE, source.next()).await.expect("there is one").expect("nothing is wrong")
}

pub(super) fn number(message: &NatsMessage) -> u64 {
    std::str::from_utf8(message.payload()).unwrap().parse().unwrap()
}

/// The numbers of so many messages, and their positions.
pub(super) async fn take(source: &mut NatsSource, count: usize) -> Vec<(u64, u64)> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let message = next(source).await;
        taken.push((number(&message), message.position()));
    }
    taken
}

fn all(taken: &[(u64, u64)]) -> Vec<u64> {
    taken.iter().map(|(number, _)| *number).collect()
}

/// Nothing comes for as long as it takes a real message to come.
pub(super) async fn check_nothing_comes(source: &mut NatsSource, client: &Context) {
    publish(client, 999_999..1_000_000).await;
    let message = next(source).await;
    assert_eq!(number(&message), 999_999);
    source.settle(message.position());
}

pub(super) async fn info(client: &Context) -> Info {
    let stream = client.get_stream("NUMBERS").await.unwrap();
    stream.consumer_info("metrix").await.unwrap()
}

#[tokio::test]
async fn messages_come_in_order_and_as_they_are() {
    let (peer, client) = numbers(0..1000).await;
    let mut headers = HeaderMap::new();
    headers.append("Zone", "eu");
    headers.append("Zone", "NA");
    client.publish_with_headers("numbers.x.y", headers, "\0\u{ff}".into()).await.unwrap().await.unwrap();
    let mut source = source(&peer);
    assert_eq!(source.open().await.unwrap(), "");
    let taken = take(&mut source, 1000).await;
    assert_eq!(taken, (0..1000).map(|number| (number, number + 1)).collect::<Vec<_>>());
    let last = next(&mut source).await;
    assert_eq!((last.position(), last.subject(), last.payload()), (1001, "numbers.x.y", "\0\u{ff}".as_bytes()));
    assert_eq!(last.headers().collect::<Vec<_>>(), [("Zone", "eu"), ("Zone", "NA")]);
    // By the server's clock, which need not agree with ours.
    let stored = client.get_stream("NUMBERS").await.unwrap().get_raw_message(1001).await.unwrap();
    assert_eq!(i128::from(last.at().as_nanos()), stored.time.unix_timestamp_nanos());
    assert_eq!((source.stats().messages, source.stats().held, source.stats().connections), (1001, 1001, 1));
}

#[tokio::test]
async fn what_is_settled_is_acknowledged() {
    let (peer, client) = numbers(0..100).await;
    let mut source = source(&peer);
    let taken = take(&mut source, 100).await;
    assert_eq!((info(&client).await.num_ack_pending, info(&client).await.ack_floor.stream_sequence), (100, 0));
    taken[..50].iter().for_each(|(_, position)| source.settle(*position));
    source.commit("half").await.unwrap();
    wait_for(&client, |info| (info.num_ack_pending, info.ack_floor.stream_sequence) == (50, 50)).await;
    taken[60..].iter().for_each(|(_, position)| source.settle(*position));
    source.reject(taken[55].1);
    source.settle(12_345_678); // which nobody holds
    source.commit("more").await.unwrap();
    wait_for(&client, |info| (info.num_ack_pending, info.ack_floor.stream_sequence) == (9, 50)).await;
    assert_eq!((source.stats().held, source.stats().rejected), (9, 1));
}

async fn wait_for(client: &Context, is_so: impl Fn(&Info) -> bool) {
    let all = async {
        while !is_so(&info(client).await) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let is_there = timeout(PATIENCE, all).await.is_ok();
    assert!(is_there, "{:?}", info(client).await);
}

#[tokio::test]
async fn what_is_delivered_again_is_known() {
    let (peer, client) = numbers(0..50).await;
    let mut source = source(&peer).ack_wait(Duration::from_millis(300));
    let taken = take(&mut source, 50).await;
    source.settle(taken[0].1);
    // Without an acknowledgement, and without a word that they are worked at.
    wait_for(&client, |info| info.num_redelivered == 50).await;
    check_nothing_comes(&mut source, &client).await;
    let deliver_again = async {
        while source.stats().redelivered < 50 {
            assert!(timeout(Duration::from_millis(50), source.next()).await.is_err(), "one is handed out twice");
        }
    };
    timeout(PATIENCE, deliver_again).await.expect("they are delivered again");
    taken.iter().for_each(|(_, position)| source.settle(*position));
    source.commit("").await.unwrap();
    wait_for(&client, |info| info.num_ack_pending == 0).await;
}

#[tokio::test]
async fn what_is_held_is_prolonged() {
    let (peer, client) = numbers(0..50).await;
    // They are prolonged every two seconds, so that four more may pass on a machine that is busy.
    let mut source = source(&peer).ack_wait(Duration::from_secs(6));
    take(&mut source, 50).await;
    assert!(timeout(Duration::from_secs(9), source.next()).await.is_err());
    assert_eq!((info(&client).await.num_redelivered, source.stats().redelivered), (0, 0));
}

#[tokio::test]
async fn what_a_dead_process_had_comes_first() {
    let (peer, client) = numbers(0..1000).await;
    let mut first = source(&peer);
    take(&mut first, 500).await;
    drop(first);
    publish(&client, 1000..1100).await;
    let mut second = source(&peer);
    assert_eq!(all(&take(&mut second, 1100).await), (0..1100).collect::<Vec<_>>());
    assert!(second.stats().replayed >= 500, "{second:?}");
    check_nothing_comes(&mut second, &client).await;
}

#[tokio::test]
async fn what_a_dead_process_had_settled_does_not_come() {
    let (peer, client) = numbers(0..1000).await;
    let mut first = source(&peer);
    let taken = take(&mut first, 600).await;
    let is_settled = |number: u64| number < 200 || number % 3 == 0 && number < 600;
    taken.iter().filter(|(number, _)| is_settled(*number)).for_each(|(_, position)| first.settle(*position));
    first.commit("so far").await.unwrap();
    drop(first);
    let expected: Vec<u64> = (0..1000).filter(|number| !is_settled(*number)).collect();
    for _ in 0..3 {
        // Each dies again, in the middle of what it has to read once more.
        let mut again = source(&peer);
        assert_eq!(again.open().await.unwrap(), "so far");
        assert_eq!(all(&take(&mut again, 77).await), expected[..77]);
        again.commit("so far").await.unwrap();
    }
    let mut last = source(&peer);
    assert_eq!(all(&take(&mut last, expected.len()).await), expected);
    check_nothing_comes(&mut last, &client).await;
}

/// Between more than a thousand ranges that are held, of which each is a message where a filter leaves out others.
#[tokio::test]
async fn what_a_dead_process_had_settled_after_a_thousand_ranges_comes_again() {
    let (peer, client) = numbers(0..15_000).await;
    let of_seven = || source(&peer).filter("numbers.7");
    let mut first = of_seven();
    let taken = take(&mut first, 1500).await;
    let is_settled = |place: usize| place < 100 || place % 10 == 0;
    (0..1500).filter(|&place| is_settled(place)).for_each(|place| first.settle(taken[place].1));
    first.commit("").await.unwrap();
    drop(first);
    let thousandth = (0..1500).filter(|&place| !is_settled(place)).nth(999).unwrap();
    let expected = (0..1500).filter(|&place| !is_settled(place) || place > thousandth).map(|place| taken[place].0);
    let expected: Vec<u64> = expected.collect();
    let mut second = of_seven();
    let again = take(&mut second, expected.len()).await;
    assert_eq!(all(&again), expected);
    again.iter().for_each(|(_, position)| second.settle(*position));
    publish(&client, 15_007..15_008).await;
    assert_eq!(number(&next(&mut second).await), 15_007);
    assert_eq!(second.stats().held, 1);
}

#[tokio::test]
async fn a_filter_parts_the_subjects() {
    let (peer, client) = numbers(0..1000).await;
    let of_seven = |source: NatsSource| source.filter("numbers.7");
    let mut first = of_seven(source(&peer));
    let taken = take(&mut first, 60).await;
    assert_eq!(all(&taken), (0..60).map(|number| number * 10 + 7).collect::<Vec<_>>());
    taken[..10].iter().for_each(|(_, position)| first.settle(*position));
    first.commit("").await.unwrap();
    drop(first);
    let mut second = of_seven(source(&peer));
    assert_eq!(all(&take(&mut second, 90).await), (10..100).map(|number| number * 10 + 7).collect::<Vec<_>>());
    publish(&client, 1007..1008).await;
    assert_eq!(number(&next(&mut second).await), 1007);
}

#[tokio::test]
async fn a_new_consumer_may_begin_with_what_is_new() {
    let (peer, client) = numbers(0..100).await;
    let mut source = source(&peer).start(NatsStart::New);
    source.open().await.unwrap();
    publish(&client, 100..105).await;
    assert_eq!(all(&take(&mut source, 5).await), [100, 101, 102, 103, 104]);
}

#[tokio::test]
async fn no_more_are_held_than_may_be() {
    let (peer, client) = numbers(0..100).await;
    let mut source = source(&peer).max_ack_pending(NonZeroUsize::new(10).unwrap());
    let taken = take(&mut source, 10).await;
    assert!(timeout(Duration::from_millis(300), source.next()).await.is_err());
    assert!(source.stats().is_full && info(&client).await.num_ack_pending == 10);
    taken.iter().for_each(|(_, position)| source.settle(*position));
    source.commit("").await.unwrap();
    assert_eq!(all(&take(&mut source, 10).await), (10..20).collect::<Vec<_>>());
}

/// Messages are read ahead by their bytes too.
#[tokio::test]
async fn long_messages_come() {
    let (peer, client) = numbers(0..0).await;
    for number in 0..40_u8 {
        client.publish("numbers.long", vec![number; 1 << 20].into()).await.unwrap().await.unwrap();
    }
    let mut source = source(&peer);
    for number in 0..40 {
        let message = next(&mut source).await;
        assert!(message.payload().len() == 1 << 20 && message.payload()[0] == number, "{message:?}");
    }
}
