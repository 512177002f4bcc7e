//! What goes wrong with the source, and what becomes of it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use metrix_io::NatsServer;
use metrix_io::sources::nats::NatsSource;
use tokio::time::timeout;

use super::source::{check_nothing_comes, info, number, numbers, source, take};
use super::{make_stream, publish};
use crate::peers::PATIENCE;
use crate::peers::nats::NatsPeer;

/// The next message, whatever goes wrong before.
pub(super) async fn next_at_last(source: &mut NatsSource) -> u64 {
    let tried = async {
        loop {
            if let Ok(message) = source.next().await {
                return number(&message);
            }
        }
    };
    timeout(PATIENCE, tried).await.expect("the server is back")
}

#[tokio::test]
async fn each_comes_once_and_in_order_when_the_server_is_killed() {
    let (mut peer, _) = numbers(0..10_000).await;
    let mut source = source(&peer);
    for expected in 0..10_000 {
        if expected % 2500 == 1250 {
            peer.peer.kill();
            peer.peer.restart();
        }
        assert_eq!(next_at_last(&mut source).await, expected);
        if expected % 3 == 0 {
            source.settle(expected + 1);
        }
        if expected % 700 == 0 {
            // The server may be away.
            let _ = source.commit("x").await;
        }
    }
    let client = peer.client().await;
    check_nothing_comes(&mut source, &client).await;
    assert!(source.stats().connections >= 4, "{source:?}");
}

#[tokio::test]
async fn a_stream_that_is_missing_may_be_made_yet() {
    let peer = NatsPeer::start();
    let mut source = source(&peer);
    let error = source.next().await.unwrap_err().to_string();
    assert!(error.starts_with("the stream \"NUMBERS\" can't be read") && error.contains("not found"), "{error}");
    let client = peer.client().await;
    make_stream(&client, "NUMBERS").await;
    publish(&client, 0..1).await;
    assert_eq!(next_at_last(&mut source).await, 0);
}

#[tokio::test]
async fn a_server_that_is_away_is_told() {
    let mut source = NatsSource::new(NatsServer::new("nats://127.0.0.1:1").unwrap(), "A", "b").unwrap();
    for _ in 0..2 {
        let error = source.next().await.unwrap_err().to_string();
        assert!(error.starts_with("nats://127.0.0.1:1 can't be reached"), "{error}");
    }
    assert!(source.commit("").await.is_err());
}

/// The sequences of a stream that is made anew begin at 1; positions go on.
#[tokio::test]
async fn a_stream_that_is_made_anew_begins_anew() {
    let (peer, client) = numbers(0..10).await;
    let mut source = source(&peer);
    let old = take(&mut source, 10).await;
    client.delete_stream("NUMBERS").await.unwrap();
    make_stream(&client, "NUMBERS").await;
    publish(&client, 10..15).await;
    assert_eq!(next_at_last(&mut source).await, 10);
    old.iter().for_each(|(_, position)| source.settle(*position));
    let rest = take(&mut source, 4).await;
    assert!(rest.iter().all(|(number, position)| *number > 10 && *position > old[9].1), "{rest:?}");
    source.commit("").await.unwrap();
    assert_eq!((source.stats().held, info(&client).await.num_ack_pending), (5, 5));
}

/// Whoever waits may go away at any moment.
#[tokio::test]
async fn waiting_can_be_dropped() {
    let (peer, client) = numbers(0..3000).await;
    let mut source = source(&peer);
    let mut expected = 0;
    let mut micros = 0;
    while expected < 3000 {
        micros = (micros + 37) % 400;
        if let Ok(message) = timeout(Duration::from_micros(micros), source.next()).await {
            let message = message.unwrap();
            assert_eq!(number(&message), expected);
            source.settle(message.position());
            expected += 1;
        }
        let _ = timeout(Duration::from_micros(micros), source.commit(&expected.to_string())).await;
    }
    source.commit("done").await.unwrap();
    let all = async {
        while info(&client).await.num_ack_pending > 0 {
            let _ = timeout(Duration::from_millis(50), source.next()).await;
            source.commit("done").await.unwrap();
        }
    };
    timeout(PATIENCE, all).await.expect("all are acknowledged");
}

/// Publishes to `numbers.h` with these bytes for headers, which no client would send.
fn publish_with(peer: &NatsPeer, number: u64, headers: &[u8]) {
    let mut stream = TcpStream::connect(("127.0.0.1", peer.port)).unwrap();
    let payload = number.to_string();
    let (of_headers, all) = (headers.len(), headers.len() + payload.len());
    write!(stream, "CONNECT {{\"verbose\":false,\"headers\":true}}\r\nHPUB numbers.h {of_headers} {all}\r\n").unwrap();
    stream.write_all(headers).unwrap();
    write!(stream, "{payload}\r\nPING\r\n").unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"PONG\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        said.push(byte[0]);
    }
}

/// The connection ends at headers that the client's library can't read. They come once, with those headers that can be, and what is
/// after them comes too.
#[tokio::test]
async fn headers_that_nobody_can_read_stop_nothing() {
    let (peer, client) = numbers(0..5).await;
    let hostile: [&[u8]; 6] = [
        b"NATS/1.0\r\nno colon here\r\nZone: eu\r\nZone: na\r\n\r\n",
        b"NATS/1.0\r\n: x\r\n\r\n",
        b"NATS/1.0 abc\r\n\r\n",
        b"NATS/1.0\r\nA: \xff\xfe\r\n\r\n",
        b"NATS/1.0\r\nA\0b: \0\r\n\r\n",
        b"nonsense\r\n\r\n",
    ];
    for (number, headers) in (5..).zip(hostile) {
        publish_with(&peer, number, headers);
    }
    publish(&client, 11..20).await;
    let mut source = source(&peer).ack_wait(Duration::from_millis(500));
    for expected in 0..20 {
        let tried = async {
            loop {
                if let Ok(message) = source.next().await {
                    return message;
                }
            }
        };
        let message = timeout(PATIENCE, tried).await.expect("it goes on");
        assert_eq!(number(&message), expected);
        if expected == 5 {
            assert_eq!(message.headers().collect::<Vec<_>>(), [("Zone", "eu"), ("Zone", "na")]);
        }
        source.settle(message.position());
    }
    source.commit("").await.unwrap();
    let all = async {
        while info(&client).await.num_ack_pending > 0 {
            let _ = timeout(Duration::from_millis(50), source.next()).await;
            let _ = source.commit("").await;
        }
    };
    timeout(PATIENCE, all).await.expect("all are acknowledged");
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

/// A stream that is restored from a copy gives the sequences that it had given again to others.
#[tokio::test]
async fn a_stream_that_has_lost_its_end_is_another() {
    let (mut peer, client) = numbers(0..50).await;
    let mut first = source(&peer);
    for (_, position) in take(&mut first, 50).await {
        first.settle(position);
    }
    first.commit("a").await.unwrap();
    let none_pending = async { while info(&client).await.num_ack_pending > 0 {} };
    timeout(PATIENCE, none_pending).await.expect("all are acknowledged");
    peer.peer.kill();
    let streams = peer.peer.folder().join("js/jetstream/$G/streams");
    let kept = peer.peer.folder().join("kept");
    copy(&streams.join("NUMBERS"), &kept);
    peer.peer.restart();
    publish(&peer.client().await, 50..100).await;
    let mut positions = Vec::new();
    for expected in 50..100 {
        assert_eq!(next_at_last(&mut first).await, expected);
        positions.push(expected + 1);
    }
    positions.iter().for_each(|position| first.settle(*position));
    first.commit("b").await.unwrap();
    for is_same_process in [true, false] {
        peer.peer.kill();
        std::fs::remove_dir_all(streams.join("NUMBERS")).unwrap();
        copy(&kept, &streams.join("NUMBERS"));
        peer.peer.restart();
        publish(&peer.client().await, 100..120).await;
        if !is_same_process {
            first = source(&peer);
        }
        let (mut told, mut came) = (String::new(), Vec::new());
        let all = async {
            while came.len() < 20 {
                match first.next().await {
                    // What the copy of the consumer doesn't know to be acknowledged.
                    Ok(message) if number(&message) < 50 => first.settle(message.position()),
                    Ok(message) => came.push((number(&message), message.position())),
                    Err(error) => told = format!("{told}{error}\n"),
                }
            }
        };
        assert!(timeout(PATIENCE, all).await.is_ok(), "only {came:?} came, and it said {told}");
        assert_eq!(came.iter().map(|(number, _)| *number).collect::<Vec<_>>(), (100..120).collect::<Vec<_>>());
        assert!(told.contains("its end was lost"), "{told}");
        // What comes after 100 is what the bucket has to know for the process that follows.
        publish(&peer.client().await, 120..150).await;
        for expected in 120..150 {
            assert_eq!(next_at_last(&mut first).await, expected);
        }
        came.iter().for_each(|(_, position)| first.settle(*position));
        first.commit("c").await.unwrap();
    }
}
