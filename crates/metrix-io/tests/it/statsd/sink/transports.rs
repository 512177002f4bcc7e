//! Datagrams and connections: what is in them, and what happens when the server is away.

use std::io::Read;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, size, tags};
use metrix_io::sinks::statsd::StatsD;

use super::super::dogstatsd::{gauge, gauges};
use crate::hostile::hostile_elements;
use crate::peers::free_ports;

fn element(number: usize) -> MElement {
    MElement::new(format!("n{number}"), number as f64, tags! { "host" => "a" }, Timestamp::from_secs(60))
}

/// 10 000 elements of the worst kind arrive over a Unix socket, byte for byte as the table of the docs has it, in full datagrams.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn all_arrive_over_a_unix_socket() {
    let path = std::env::temp_dir().join(format!("metrix-arrive-{}", std::process::id()));
    let server = UnixDatagram::bind(&path).unwrap();
    server.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut sink = StatsD::unix(&path);
    let elements = hostile_elements(10_000);
    let expected: Vec<_> = elements.iter().map(gauge).collect();
    let count = expected.len();
    let reader = std::thread::spawn(move || {
        let (mut datagram, mut found, mut lengths) = (vec![0; 65_536], Vec::new(), Vec::new());
        while found.len() < count {
            let bytes = server.recv(&mut datagram).expect("more comes");
            found.extend(gauges(&datagram[..bytes]));
            lengths.push(bytes);
        }
        (found, lengths)
    });
    sink.write(&elements).await.unwrap();
    let (found, lengths) = reader.join().unwrap();
    assert!(found == expected);
    // All but the last have no room for another line of the largest kind.
    assert!(lengths.iter().rev().skip(1).all(|bytes| (8192 - 500..=8192).contains(bytes)), "{lengths:?}");
    std::fs::remove_file(&path).unwrap();
}

/// While nobody takes datagrams a write waits, and is given up in the end; what was taken is not sent again.
#[tokio::test(start_paused = true)]
async fn a_full_unix_socket_is_waited_for_and_given_up() {
    let path = std::env::temp_dir().join(format!("metrix-full-{}", std::process::id()));
    let server = UnixDatagram::bind(&path).unwrap();
    server.set_nonblocking(true).unwrap();
    let mut sink = StatsD::unix(&path).max_packet(size(100));
    let batch: Vec<MElement> = (0..10_000).map(element).collect();
    let mut found = Vec::new();
    let mut rest = batch.clone();
    while !rest.is_empty() {
        let written = sink.write(&rest).await;
        let mut datagram = [0; 100];
        while let Ok(bytes) = server.recv(&mut datagram) {
            found.extend(gauges(&datagram[..bytes]));
        }
        rest = match written {
            Ok(()) => Vec::new(),
            Err(error) => {
                assert!(error.is_retryable());
                let cause = std::error::Error::source(&error).unwrap().to_string();
                assert_eq!(cause, "the server has not taken anything within 30s");
                error.unwritten(&rest).cloned().collect()
            }
        };
    }
    assert!(found == batch.iter().map(gauge).collect::<Vec<_>>());
    std::fs::remove_file(&path).unwrap();
}

#[tokio::test]
async fn a_unix_socket_that_is_away_or_replaced_is_found_again() {
    let path = std::env::temp_dir().join(format!("metrix-away-{}", std::process::id()));
    let mut sink = StatsD::unix(&path);
    assert!(sink.write(&[element(0)]).await.unwrap_err().is_retryable());
    for number in 1..4 {
        let server = UnixDatagram::bind(&path).unwrap();
        if let Err(error) = sink.write(&[element(number)]).await {
            assert!(number > 1 && error.is_retryable());
            sink.write(&[element(number)]).await.unwrap();
        }
        let mut datagram = [0; 100];
        let bytes = server.recv(&mut datagram).unwrap();
        assert_eq!(gauges(&datagram[..bytes]), [gauge(&element(number))]);
        std::fs::remove_file(&path).unwrap();
    }
    assert_eq!(sink.counts().connections(), 3);
}

#[tokio::test]
async fn a_server_of_udp_that_is_away_is_noticed_on_one_machine() {
    let [port] = free_ports();
    let mut sink = StatsD::udp(&format!("127.0.0.1:{port}")).unwrap().max_packet(size(20));
    let batch: Vec<MElement> =
        (0..10).map(|number| MElement::new("n", f64::from(number), tags! {}, Timestamp::EPOCH)).collect();
    // The system says of the first datagram that nobody takes it when the next one is sent.
    let error = sink.write(&batch).await.unwrap_err();
    assert_eq!((error.is_retryable(), error.positions()), (true, Some(&[3, 4, 5, 6, 7, 8, 9][..])));
    let server = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    sink.write(&batch[3..]).await.unwrap();
    let mut datagram = [0; 100];
    let bytes = server.recv(&mut datagram).unwrap();
    assert_eq!(&datagram[..bytes], b"n:3|g\nn:4|g\nn:5|g");
}

#[tokio::test]
async fn over_tcp_lines_follow_each_other() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sink = StatsD::tcp(&server.local_addr().unwrap().to_string()).unwrap();
    for number in 0..3 {
        sink.write(&[element(number), element(number + 10)]).await.unwrap();
    }
    let (mut connection, _) = server.accept().unwrap();
    // Ended on both sides by whoever is first.
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        connection.read_to_string(&mut text).unwrap();
        text
    });
    sink.close().await.unwrap();
    let lines = |number| format!("n{number}:{number}|g|#host:a\nn{0}:{0}|g|#host:a\n", number + 10);
    assert_eq!(reader.join().unwrap(), (0..3).map(lines).collect::<String>());
}
