//! What the sink does when a connection breaks, or a server is away, slow or silent.

use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, WriteError, tags};
use metrix_io::sinks::graphite::Graphite;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::peers::free_ports;

fn element(number: i64) -> MElement {
    MElement::new("n", number as f64, tags! {}, Timestamp::from_secs(1 + number))
}

async fn listen() -> (TcpListener, String) {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap().to_string();
    (server, address)
}

/// Writes until it is done, as a coordinator does.
async fn deliver(sink: &mut Graphite, batch: &[MElement]) {
    for _ in 0..100 {
        match sink.write(batch).await {
            Ok(()) => return,
            Err(error) => assert!(error.is_retryable()),
        }
    }
    panic!("it is never written");
}

/// The values of whole lines.
fn values(bytes: &[u8]) -> Vec<i64> {
    let text = std::str::from_utf8(bytes).unwrap();
    text.lines().map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect()
}

/// Ends a connection so that what it has not read is lost, as the system does if a process is killed.
fn reset(connection: TcpStream) {
    socket2::SockRef::from(&connection).set_linger(Some(Duration::ZERO)).unwrap();
}

#[tokio::test]
async fn what_was_sent_last_is_sent_again_after_a_reset() {
    let (server, address) = listen().await;
    let mut sink = Graphite::tcp(&address).unwrap();
    for number in 0..10 {
        sink.write(&[element(number)]).await.unwrap();
    }
    let (connection, _) = server.accept().await.unwrap();
    reset(connection);
    deliver(&mut sink, &[element(10)]).await;
    let counts = sink.counts();
    let (mut connection, _) = server.accept().await.unwrap();
    let (closed, bytes) = tokio::join!(sink.close(), async {
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes).await.unwrap();
        drop(connection);
        bytes
    });
    closed.unwrap();
    assert_eq!(values(&bytes), (0..=10).collect::<Vec<_>>());
    // The last of the ten has a digit more.
    assert_eq!((counts.connections(), counts.resent()), (2, 10 * 6 + 1));
}

#[tokio::test]
async fn what_was_sent_last_is_sent_again_at_the_end_too() {
    let (server, address) = listen().await;
    let mut sink = Graphite::tcp(&address).unwrap();
    sink.write(&[element(1), element(2)]).await.unwrap();
    let (connection, _) = server.accept().await.unwrap();
    let take = async {
        reset(connection);
        let (mut connection, _) = server.accept().await.unwrap();
        let mut bytes = Vec::new();
        connection.read_to_end(&mut bytes).await.unwrap();
        bytes
    };
    let (closed, bytes) = tokio::join!(sink.close(), take);
    closed.unwrap();
    assert_eq!(values(&bytes), [1, 2]);
}

/// The server may have done so before it had got what was on its way.
#[tokio::test]
async fn what_was_sent_last_is_sent_again_after_the_server_has_hung_up() {
    for is_closed in [false, true] {
        let (server, address) = listen().await;
        let mut sink = Graphite::tcp(&address).unwrap();
        sink.write(&[element(1)]).await.unwrap();
        let (mut left, _) = server.accept().await.unwrap();
        // It reads nothing, and the system has no reason to reset the connection as long as it is held.
        left.shutdown().await.unwrap();
        let mut expected = vec![1];
        if !is_closed {
            deliver(&mut sink, &[element(2)]).await;
            expected.push(2);
        }
        let take = async {
            let (mut connection, _) = server.accept().await.unwrap();
            let mut bytes = Vec::new();
            connection.read_to_end(&mut bytes).await.unwrap();
            bytes
        };
        let (closed, bytes) = tokio::time::timeout(Duration::from_secs(60), async { tokio::join!(sink.close(), take) })
            .await
            .expect("it connects anew");
        closed.unwrap();
        assert_eq!(values(&bytes), expected);
        assert_eq!(sink.counts().resent(), 6);
        drop(left);
    }
}

/// The clock goes on when nothing else is to do.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_hangs_up_is_not_waited_for() {
    let (server, address) = listen().await;
    let mut sink = Graphite::tcp(&address).unwrap();
    sink.write(&[element(1)]).await.unwrap();
    let (mut connection, _) = server.accept().await.unwrap();
    let started = tokio::time::Instant::now();
    sink.close().await.unwrap();
    assert!(started.elapsed() <= Duration::from_secs(6), "{:?}", started.elapsed());
    let mut bytes = Vec::new();
    connection.read_to_end(&mut bytes).await.unwrap();
    assert_eq!((values(&bytes), sink.counts().connections(), sink.counts().resent()), (vec![1], 1, 0));
}

#[tokio::test]
async fn no_more_is_sent_again_than_is_to_be() {
    for (bytes, expected) in [(0, vec![3]), (11, vec![2, 3]), (12, vec![1, 2, 3])] {
        let (server, address) = listen().await;
        let mut sink = Graphite::tcp(&address).unwrap().resend(bytes);
        for number in 0..3 {
            sink.write(&[element(number)]).await.unwrap();
        }
        let (connection, _) = server.accept().await.unwrap();
        reset(connection);
        deliver(&mut sink, &[element(3)]).await;
        let (mut connection, _) = server.accept().await.unwrap();
        let mut came = vec![0; 6 * expected.len()];
        connection.read_exact(&mut came).await.unwrap();
        assert_eq!(values(&came), expected, "{bytes}");
    }
}

/// A write that is dropped before the server has taken all of it, twice over, leaves no line that is cut.
#[tokio::test]
async fn a_dropped_write_leaves_whole_lines_and_pickles() {
    for is_pickle in [false, true] {
        let (server, address) = listen().await;
        let mut sink = if is_pickle { Graphite::pickle(&address) } else { Graphite::tcp(&address) }.unwrap();
        let long = "x".repeat(150);
        let large: Vec<MElement> = (0..100_000)
            .map(|number| MElement::new(&*long, number as f64, tags! {}, Timestamp::from_secs(1 + number)))
            .collect();
        for _ in 0..3 {
            // The server takes nothing, so that the system's buffers are full some time.
            let mut write = std::pin::pin!(sink.write(&large));
            for _ in 0..20 {
                let poll = std::future::poll_fn(|cx| std::task::Poll::Ready(write.as_mut().poll(cx).is_pending()));
                assert!(poll.await, "it can't be written");
                tokio::task::yield_now().await;
            }
        }
        let (mut connection, _) = server.accept().await.unwrap();
        let take = async {
            let mut bytes = Vec::new();
            connection.read_to_end(&mut bytes).await.unwrap();
            drop(connection);
            bytes
        };
        let end = async {
            sink.write(&[element(7)]).await.unwrap();
            sink.close().await.unwrap();
        };
        let (bytes, ()) = tokio::join!(take, end);
        if is_pickle {
            let mut rest = &bytes[..];
            while let Some((length, after)) = rest.split_first_chunk() {
                let (pickle, after) = after.split_at(u32::from_be_bytes(*length) as usize);
                assert!(pickle.starts_with(b"\x80\x02](X") && pickle.ends_with(b"\x86\x86e."));
                rest = after;
            }
            assert_eq!(rest, b"");
        } else {
            let text = String::from_utf8(bytes).unwrap();
            let is_whole = |line: &str| {
                let parts: Vec<&str> = line.split(' ').collect();
                let number = |part: &str| part.parse::<i64>().unwrap();
                line == "n 7 8" || parts[0] == long && parts.len() == 3 && number(parts[2]) == number(parts[1]) + 1
            };
            assert!(text.ends_with("\nn 7 8\n") && text.lines().all(is_whole));
        }
    }
}

/// The cause of an error that is worth a retry.
#[track_caller]
fn cause(written: Result<(), WriteError>) -> String {
    let error = written.unwrap_err();
    assert!(error.is_retryable() && error.positions() == Some(&[0][..]));
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn a_server_that_is_away_is_worth_a_retry() {
    let [port] = free_ports();
    let address = format!("127.0.0.1:{port}");
    let mut sink = Graphite::tcp(&address).unwrap();
    assert!(cause(sink.write(&[element(1)]).await).contains("refused"));
    let server = TcpListener::bind(&address).await.unwrap();
    sink.write(&[element(1)]).await.unwrap();
    let (mut connection, _) = server.accept().await.unwrap();
    let mut line = [0; 6];
    connection.read_exact(&mut line).await.unwrap();
    assert_eq!(&line, b"n 1 2\n");
    let mut sink = Graphite::udp(&address).unwrap();
    // The first datagram is lost; the system then says so.
    sink.write(&[element(1)]).await.unwrap();
    assert!(cause(sink.write(&[element(2)]).await).contains("refused"));
}

/// The clock goes on when nothing else is to do, so that the limit is over at once.
#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_is_given_up() {
    let (_server, address) = listen().await;
    let mut sink = Graphite::tcp(&address).unwrap().write_timeout(Duration::from_secs(7));
    let name = "x".repeat(150);
    let large = vec![MElement::new(name, 1.0, tags! {}, Timestamp::from_secs(1)); 100_000];
    let error = sink.write(&large).await.unwrap_err();
    assert!(error.is_retryable());
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "the server has not taken anything within 7s");
}
