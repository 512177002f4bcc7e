//! The contract of sinks, over each of StatsD's transports, with a server that takes everything.

use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::sinks::statsd::StatsD;
use tokio::net::UnixDatagram;
use tokio::task::JoinHandle;

use super::super::dogstatsd::{Gauge, gauge, gauges};
use crate::collector::Collector;

#[test]
fn over_udp() {
    let make = || {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        server.set_nonblocking(true).unwrap();
        (StatsD::udp(&server.local_addr().unwrap().to_string()).unwrap(), server)
    };
    let read = async |server: UdpSocket| {
        let (mut datagram, mut all) = (vec![0; 65_536], Vec::new());
        while let Ok(bytes) = server.recv(&mut datagram) {
            assert!(bytes <= 1432);
            all.extend(gauges(&datagram[..bytes]));
        }
        all
    };
    SinkConformance::new(make, read).expecting(gauge).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

/// Takes datagrams while they come, as the system lets few of them wait.
struct Unix {
    path: PathBuf,
    taken: JoinHandle<Vec<Gauge>>,
}

impl Unix {
    fn start() -> Self {
        static SOCKETS: AtomicUsize = AtomicUsize::new(0);
        let number = SOCKETS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("metrix-conformance-{}-{number}", std::process::id()));
        let server = UnixDatagram::bind(&path).unwrap();
        let taken = tokio::spawn(async move {
            let (mut datagram, mut all) = (vec![0; 65_536], Vec::new());
            loop {
                match server.recv(&mut datagram).await.unwrap() {
                    // No line is empty: it is what ends it.
                    0 => return all,
                    bytes => {
                        assert!(bytes <= 8192);
                        all.extend(gauges(&datagram[..bytes]));
                    }
                }
            }
        });
        Self { path, taken }
    }

    async fn read(self) -> Vec<Gauge> {
        let end = UnixDatagram::unbound().unwrap();
        end.connect(&self.path).unwrap();
        end.send(&[]).await.unwrap();
        let all = self.taken.await.unwrap();
        std::fs::remove_file(&self.path).unwrap();
        all
    }
}

#[test]
fn over_a_unix_socket() {
    let make = || {
        let server = Unix::start();
        (StatsD::unix(&server.path), server)
    };
    let read = async |server: Unix| server.read().await;
    SinkConformance::new(make, read).expecting(gauge).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn over_tcp() {
    let make = || {
        let server = Collector::start();
        (StatsD::tcp(server.address()).unwrap(), server)
    };
    let read = async |server: Collector| {
        let all = server.read().await;
        assert!(all.iter().all(|bytes| bytes.is_empty() || bytes.ends_with(b"\n")), "the last line is whole");
        all.iter().flat_map(|bytes| gauges(bytes)).collect()
    };
    SinkConformance::new(make, read).expecting(gauge).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn gauges_are_told_apart_by_all_that_they_have() {
    let expected = |name: &str, tags: &[(&str, &str)], value| {
        let tags: BTreeMap<_, _> = tags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        (name.to_owned(), tags, value)
    };
    let found = gauges(b"a:1|g\na:-2.5|g|#b:c:d,e:f\n");
    assert_eq!(found, [expected("a", &[], 1.0), expected("a", &[("b", "c:d"), ("e", "f")], -2.5)]);
}
