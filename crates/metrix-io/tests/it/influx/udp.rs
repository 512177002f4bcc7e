//! Over UDP: how lines are packed, and what is known of them.

use std::num::NonZeroUsize;

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::influx::Influx;
use tokio::net::UdpSocket;

use super::{elements, line, unwritten};
use crate::chain::chain;
use crate::peers::free_ports;

async fn listen() -> (UdpSocket, Influx) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let sink = Influx::udp(&socket.local_addr().unwrap().to_string()).unwrap();
    (socket, sink)
}

async fn receive(socket: &UdpSocket) -> String {
    let mut datagram = vec![0; 1 << 16];
    let bytes = socket.recv(&mut datagram).await.unwrap();
    String::from_utf8(datagram[..bytes].to_vec()).unwrap()
}

#[tokio::test]
async fn lines_are_whole_in_datagrams_of_a_size() {
    let (socket, mut sink) = listen().await;
    sink.write(&elements(0..100)).await.unwrap();
    let mut all = String::new();
    for _ in 0..sink.counts().requests() {
        let datagram = receive(&socket).await;
        assert!(datagram.len() <= 1432 && datagram.ends_with('\n'), "{datagram}");
        all += &datagram;
    }
    assert_eq!(all, (0..100).map(line).collect::<String>());
    assert_eq!(sink.counts().requests(), 3);

    let mut sink = sink.datagram_bytes(NonZeroUsize::MIN);
    sink.write(&elements(0..2)).await.unwrap();
    assert_eq!([receive(&socket).await, receive(&socket).await], [0, 1].map(line));
}

#[tokio::test]
async fn what_no_datagram_can_have_is_refused() {
    let (socket, mut sink) = listen().await;
    let mut batch = elements(0..3);
    let long = |length: usize| tags! { "k" => "x".repeat(length) };
    batch[1] = MElement::new("m", 1.0, long(65_522), Timestamp::from_secs(1_700_000_000));
    let error = sink.write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[1][..]));
    assert!(chain(&error).contains("its line has 65555 bytes, more than a datagram: 65507"), "{}", chain(&error));
    assert_eq!([receive(&socket).await, receive(&socket).await], [0, 2].map(line));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_noticed_where_the_system_tells() {
    let [port] = free_ports();
    let mut sink = Influx::udp(&format!("127.0.0.1:{port}")).unwrap();
    let batch = elements(0..1);
    // The system hears of it after the first datagram.
    let mut failed = None;
    for _ in 0..1000 {
        if let Err(error) = sink.write(&batch).await {
            failed = Some(error);
            break;
        }
        tokio::task::yield_now().await;
    }
    let error = failed.expect("Linux tells it of loopback addresses");
    assert!(error.is_retryable());
    assert_eq!(unwritten(&error, &batch), [0.0]);
}

/// Where `localhost` is `::1` first, nobody is there, which is known after a datagram.
#[tokio::test]
async fn a_host_of_several_addresses_is_found_where_it_listens() {
    let (socket, _) = listen().await;
    let mut sink = Influx::udp(&format!("localhost:{}", socket.local_addr().unwrap().port())).unwrap();
    for _ in 0..1000 {
        let _refused_by_the_other = sink.write(&elements(0..1)).await;
        if socket.try_recv(&mut [0; 1500]).is_ok() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("no datagram has come");
}
