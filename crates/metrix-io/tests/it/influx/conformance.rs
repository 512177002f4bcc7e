//! The contract of sinks, over HTTP and UDP, with a server that takes everything.

use std::collections::BTreeMap;

use metrix::MElement;
use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::ParseLine;
use metrix_io::sinks::influx::Influx;
use metrix_io::sources::influx::InfluxLines;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Server, clean, measurement};

/// What is stored: name, nanoseconds, value and tags.
type Point = (String, i64, f64, BTreeMap<String, String>);

fn stored(element: &MElement) -> Point {
    let given = element.tags.iter().filter(|(_, value)| !value.is_empty());
    let tags = given.map(|(name, value)| (clean(name), clean(value))).collect();
    (measurement(&element.name), element.at.as_nanos(), element.value, tags)
}

fn points(lines: &str) -> Vec<Point> {
    let mut points = Vec::new();
    for line in lines.lines() {
        let keep = &mut |reading: metrix_io::Reading<'_>| {
            let tags = reading.tags.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            let at = reading.at.expect("it has a time").as_nanos();
            points.push((reading.name.to_string(), at, reading.value, tags));
        };
        InfluxLines::new().parse(line.as_bytes(), keep).expect("it is a line");
    }
    points
}

#[test]
fn over_http() {
    let make = || {
        let server = Server::start(|_| (204, String::new()));
        (Influx::v1(&server.url, "db").unwrap(), server)
    };
    let read = async |server: Server| points(&server.bodies().concat());
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

/// What has come by the time when the sink is closed, as the loopback loses nothing of so little.
async fn read(mut datagrams: UnboundedReceiver<String>) -> Vec<Point> {
    let mut all = String::new();
    // Its end is a datagram of its own.
    while let Some(datagram) = datagrams.recv().await.filter(|datagram| datagram != "end") {
        all += &datagram;
    }
    points(&all)
}

#[test]
fn over_udp() {
    let make = || {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let address = socket.local_addr().unwrap();
        let socket = UdpSocket::from_std(socket).unwrap();
        let (send, datagrams) = unbounded_channel();
        tokio::spawn(async move {
            let mut datagram = vec![0; 1 << 16];
            while let Ok(bytes) = socket.recv(&mut datagram).await {
                if send.send(String::from_utf8(datagram[..bytes].to_vec()).unwrap()).is_err() {
                    return;
                }
            }
        });
        (Influx::udp(&address.to_string()).unwrap(), (address, datagrams))
    };
    let read = async |(address, datagrams): (std::net::SocketAddr, UnboundedReceiver<String>)| {
        std::net::UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"end", address).unwrap();
        read(datagrams).await
    };
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}
