//! Through a coordinator that never drops an element, to a server that is killed: what of all that comes, and what is lost.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use metrix::MElement;
use metrix_io::sinks::statsd::StatsD;
use tokio::task::block_in_place;

use super::super::dogstatsd::{Gauge, gauge, gauges};
use super::server::{ascii_elements, elements, tcp, wait_for};
use crate::delivery::{Delivery, deliver_although_killed};
use crate::peers::statsd::StatsdServer;
use crate::peers::{Peer, until};

/// What each process has that was started, of which the first was killed.
fn check(found: &[Vec<Gauge>], elements: &[MElement], read: usize, delivered: usize) {
    let expected: Vec<Gauge> = elements.iter().map(gauge).collect();
    let [before, after] = found else { panic!("it was started {} times", found.len()) };
    assert_eq!((before.len(), after.len()), (read, elements.len() - delivered));
    assert!(
        *before == expected[..read] && *after == expected[delivered..],
        "each is there once, in order, as it was sent"
    );
}

/// StatsD is killed when it has half of the elements, and has stood still while so many more were sent. Only these are missing.
async fn check_over_tcp(on_their_way: usize) {
    let mut server = StatsdServer::start();
    let (sink, elements) = (tcp(&server), ascii_elements());
    let half = elements.len() / 2;
    let has_some = async |server: &mut StatsdServer, delivery: &Delivery| {
        block_in_place(|| wait_for(server, "gauges", |gauges| gauges.len() >= half));
        server.peer.stop();
        delivery.send(on_their_way);
        let all = (half + on_their_way) as u64;
        delivery.wait_for("the system takes what the server doesn't", |stats| stats.delivered == all).await;
    };
    let delivered = deliver_although_killed(&mut server, sink, &elements, has_some, |server| &mut server.peer).await;
    let read = || server.messages().iter().map(|messages| gauges(messages.as_bytes())).collect::<Vec<_>>();
    let last = elements.last().map(gauge);
    let has_last = |found: &Vec<Vec<Gauge>>| found[1].last() == last.as_ref();
    let found = block_in_place(|| until("the last element", || Some(read()).filter(has_last)));
    assert_eq!(delivered, half + on_their_way);
    check(&found, &elements, half, delivered);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tcp_what_was_on_its_way_is_lost_and_nothing_else() {
    check_over_tcp(500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tcp_nothing_is_lost_when_nothing_is_on_its_way() {
    check_over_tcp(0).await;
}

/// A process that takes datagrams, and where its socket lies.
struct Receiver {
    peer: Peer,
    socket: PathBuf,
}

impl Receiver {
    fn start() -> Self {
        // A socket's path is short.
        let socket = std::env::temp_dir().join(format!("metrix-killed-{}", std::process::id()));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/peers/datagrams.py");
        let args =
            |folder: &Path| [&script, &socket, &folder.join("kept")].map(|arg| arg.display().to_string()).to_vec();
        let path = socket.clone();
        let is_ready = move || UnixDatagram::unbound().is_ok_and(|client| client.connect(&path).is_ok());
        Self { peer: Peer::start("python3", args, is_ready), socket }
    }

    /// What each process has taken.
    fn taken(&self) -> Vec<Vec<Gauge>> {
        let kept = fs::read(self.peer.folder().join("kept")).unwrap();
        let processes = String::from_utf8_lossy(&kept);
        // The last line may have been written by half.
        let whole = |lines: &str| lines.rfind('\n').map_or(Vec::new(), |end| gauges(&lines.as_bytes()[..end]));
        processes.split("\nbegun\n").skip(1).map(whole).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It is there from the first process on.
        let _ = fs::remove_file(&self.socket);
    }
}

/// It is killed when it has half of the elements, and has stood still while the socket filled up. What waited there is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_unix_socket_what_waited_in_it_is_lost_and_nothing_else() {
    let mut receiver = Receiver::start();
    let (sink, elements) = (StatsD::unix(&receiver.socket), elements());
    let half = elements.len() / 2;
    let has_some = async |receiver: &mut Receiver, delivery: &Delivery| {
        block_in_place(|| until("half of them", || (receiver.taken()[0].len() >= half).then_some(())));
        receiver.peer.stop();
        delivery.send(half / 2);
        delivery.wait_for("some wait in the socket", |stats| stats.delivered > half as u64).await;
    };
    let delivered =
        deliver_although_killed(&mut receiver, sink, &elements, has_some, |receiver| &mut receiver.peer).await;
    let last = elements.last().map(gauge);
    let has_last = |found: &Vec<Vec<Gauge>>| found[1].last() == last.as_ref();
    let found = block_in_place(|| until("the last element", || Some(receiver.taken()).filter(has_last)));
    check(&found, &elements, half, delivered);
    // One datagram more than the number says, each with a batch at most.
    let held: usize = fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen").unwrap().trim().parse().unwrap();
    assert!((1..=(held + 1) * 50).contains(&(delivered - half)), "{delivered}");
}
