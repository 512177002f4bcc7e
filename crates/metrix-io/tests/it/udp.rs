//! Datagrams: what is sent comes out, up to the last one.

mod cadence;

use std::future::{Future, poll_fn};
use std::net::{SocketAddr, UdpSocket};
use std::pin::pin;
use std::task::Poll;

use metrix_io::Endpoint;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::udp::Udp;

/// Any free port of this machine alone.
const ANY: &str = "127.0.0.1:0";

fn bind() -> Udp<StatsD> {
    Udp::bind(ANY.parse().expect("an address"), StatsD::new()).expect("a free port")
}

fn client() -> UdpSocket {
    UdpSocket::bind(ANY).expect("a free port")
}

#[tokio::test]
async fn what_was_received_before_the_stop_is_handled() {
    let mut udp = bind();
    let client = client();
    // More than a batch; over loopback they have arrived when `send_to` returns.
    for number in 0..200 {
        client.send_to(format!("a:{number}|c\n").as_bytes(), udp.address()).unwrap();
    }
    let mut values = Vec::new();
    let stats = udp.run(std::future::ready(()), |read| values.push(read.unwrap().value)).await.unwrap();
    assert_eq!(values, (0..200).map(f64::from).collect::<Vec<_>>());
    assert_eq!((stats.datagrams, stats.lines, stats.readings, stats.faults), (200, 200, 200, 0));
}

#[tokio::test]
async fn a_datagram_may_have_everything() {
    let mut udp = bind();
    let lines = b"a:1:x:3|ms\r\n\n_sc|db|0\nb:2|c\n\xff:1|c\nc:5|g|#k:v";
    for datagram in [&b""[..], lines, &vec![b'y'; 65_507]] {
        client().send_to(datagram, udp.address()).unwrap();
    }
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    let stop = std::future::ready(());
    let stats = udp
        .run(stop, |read| match read {
            Ok(reading) => values.push((reading.name.into_owned(), reading.value)),
            Err(fault) => faults.push(fault.kind),
        })
        .await
        .unwrap();
    let expected = [("a", 1.0), ("a", 3.0), ("b", 2.0), ("c", 5.0)].map(|(name, value)| (name.to_owned(), value));
    assert_eq!(values, expected);
    assert_eq!(faults, ["value", "service check", "encoding", "value"]);
    assert_eq!((stats.datagrams, stats.lines, stats.readings, stats.faults), (3, 6, 4, 4));
    assert_eq!(stats.bytes, lines.len() as u64 + 65_507);
}

#[tokio::test]
async fn a_dropped_receive_has_taken_nothing() {
    let mut udp = bind();
    {
        let mut receive = pin!(udp.receive(|_| panic!("nothing was sent")));
        let pending = poll_fn(|cx| Poll::Ready(receive.as_mut().poll(cx).is_pending()));
        assert!(pending.await);
    }
    client().send_to(b"a:1|c", udp.address()).unwrap();
    let mut values = Vec::new();
    udp.receive(|read| values.push(read.unwrap().value)).await.unwrap();
    assert_eq!(values, [1.0]);
}

/// A socket that always has datagrams lets other tasks run, and can be stopped.
#[tokio::test]
async fn a_flood_starves_nobody() {
    let mut udp = bind();
    let (address, client) = (udp.address(), client());
    let mut left = 100_000_u32;
    let send = move || client.send_to(b"a:1|c", address).unwrap();
    send();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let other = tokio::spawn(async move {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        stop.send(()).unwrap();
    });
    let stop = async { stopped.await.unwrap() };
    let stats = udp
        .run(stop, |_| {
            left = left.checked_sub(1).expect("it was stopped long before");
            send();
        })
        .await
        .unwrap();
    other.await.unwrap();
    assert!(stats.readings > 64, "{stats:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_the_kernel_drops_is_counted() {
    let mut udp = bind();
    udp.set_receive_buffer(1).unwrap();
    let meter = udp.meter();
    assert_eq!(meter.stats().dropped, Some(0));
    let client = client();
    for _ in 0..1000 {
        client.send_to(&[b'x'; 1000], udp.address()).unwrap();
    }
    let stats = udp.run(std::future::ready(()), |_| ()).await.unwrap();
    assert!(stats.datagrams > 0 && stats.dropped > Some(0), "{stats:?}");
    assert_eq!(stats.datagrams + stats.dropped.unwrap(), 1000);
    drop(udp);
    assert_eq!(meter.stats(), stats);
}

#[tokio::test]
async fn the_receive_buffer_is_what_the_system_says() {
    let udp = bind();
    let large = udp.meter().stats().receive_buffer;
    udp.set_receive_buffer(1 << 14).unwrap();
    let small = udp.meter().stats().receive_buffer;
    assert!((1 << 14..large).contains(&small), "{small}, {large}");
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_named() {
    let holder = bind();
    let taken = holder.address();
    let foreign: SocketAddr = "192.0.2.1:8125".parse().unwrap();
    for (address, what) in [(taken, "something else listens on"), (foreign, "this machine does not have")] {
        let error = Udp::bind(address, StatsD::new()).expect_err("it is taken or foreign");
        assert_eq!(error.endpoint, Endpoint::Udp(address));
        assert!(error.to_string().starts_with(what) && error.to_string().contains(&address.to_string()), "{error}");
    }
}

#[test]
fn it_can_be_run_by_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let _in_runtime = runtime.enter();
    let mut udp = is_send(bind());
    drop(is_send(udp.run(std::future::pending(), |_| ())));
    drop(is_send(udp.receive(|_| ())));
}
