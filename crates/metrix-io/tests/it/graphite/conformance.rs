//! The contract of sinks, over each of Graphite's transports, with a server that takes everything.

use std::collections::BTreeMap;
use std::net::UdpSocket;

use metrix::MElement;
use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::sinks::graphite::Graphite;

use super::expected::{path, split};
use crate::collector::Collector;

/// What is stored: name, tags, value and seconds.
type Point = (String, BTreeMap<String, String>, f64, i64);

fn stored(element: &MElement) -> Point {
    let (name, tags) = split(&path(element));
    (name, tags, element.value, element.at.as_nanos().div_euclid(1_000_000_000))
}

fn from_line(line: &str) -> Point {
    let [path, value, seconds] = line.split(' ').collect::<Vec<_>>().try_into().expect("three parts");
    let (name, tags) = split(path);
    (name, tags, value.parse().unwrap(), seconds.parse().unwrap())
}

fn from_lines(bytes: Vec<u8>) -> Vec<Point> {
    let text = String::from_utf8(bytes).expect("it is text");
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is whole");
    text.lines().map(from_line).collect()
}

/// The points of pickles, read by what the format's own documentation says of these few of its codes.
fn from_pickles(bytes: Vec<u8>) -> Vec<Point> {
    let (mut rest, mut points) = (&bytes[..], Vec::new());
    while let Some((length, after)) = rest.split_first_chunk() {
        let (pickle, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        let mut items = pickle.strip_prefix(b"\x80\x02](").unwrap().strip_suffix(b"e.").unwrap();
        while let [b'X', after @ ..] = items {
            let (length, after) = after.split_first_chunk().unwrap();
            let (path, after) = after.split_at(u32::from_le_bytes(*length) as usize);
            let (name, tags) = split(std::str::from_utf8(path).unwrap());
            let (seconds, after) = match after {
                [b'J', after @ ..] => {
                    let (seconds, after) = after.split_first_chunk().unwrap();
                    (i32::from_le_bytes(*seconds).into(), after)
                }
                [0x8a, 5, a, b, c, d, e, after @ ..] => (i64::from_le_bytes([*a, *b, *c, *d, *e, 0, 0, 0]), after),
                _ => panic!("no integer"),
            };
            let (value, after) = after.strip_prefix(b"G").unwrap().split_first_chunk().unwrap();
            points.push((name, tags, f64::from_be_bytes(*value), seconds));
            items = after.strip_prefix(b"\x86\x86").unwrap();
        }
        assert_eq!(items, b"");
        rest = after;
    }
    assert_eq!(rest, b"", "the last pickle is whole");
    points
}

#[test]
fn over_tcp() {
    let make = || {
        let server = Collector::start();
        (Graphite::tcp(server.address()).unwrap(), server)
    };
    let read = async |server: Collector| server.read().await.into_iter().flat_map(from_lines).collect();
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn as_pickles() {
    let make = || {
        let server = Collector::start();
        (Graphite::pickle(server.address()).unwrap(), server)
    };
    let read = async |server: Collector| server.read().await.into_iter().flat_map(from_pickles).collect();
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn over_udp() {
    let make = || {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        server.set_nonblocking(true).unwrap();
        (Graphite::udp(&server.local_addr().unwrap().to_string()).unwrap(), server)
    };
    let read = async |server: UdpSocket| {
        let (mut datagram, mut points) = (vec![0; 65_536], Vec::new());
        while let Ok(bytes) = server.recv(&mut datagram) {
            points.extend(from_lines(datagram[..bytes].to_vec()));
        }
        points
    };
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}
