//! Through a coordinator that never drops an element, to a server that is killed: what of all that comes, and what is lost.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};

use metrix_io::sinks::statsd::StatsD;
use tokio::task::block_in_place;

use super::super::dogstatsd::{Gauge, gauge, gauges};
use super::server::{ascii_elements, elements, tcp, wait_for};
use crate::delivery::{Delivery, deliver_although_killed};
use crate::peers::statsd::StatsdServer;
use crate::peers::{Peer, until};

/// StatsD is killed when it has so many elements, of which half are sent before. Gives how many it has read until then, and how many
/// the sink had called delivered. What comes after those comes to the one that is started anew, each once.
async fn killed_over_tcp(killed_at: usize) -> (usize, usize) {
    let mut server = StatsdServer::start();
    let (sink, elements) = (tcp(&server), ascii_elements());
    let has_some = async |server: &mut StatsdServer, _: &Delivery| {
        block_in_place(|| wait_for(server, "gauges", |gauges| gauges.len() >= killed_at));
    };
    let delivered = deliver_although_killed(&mut server, sink, &elements, has_some, |server| &mut server.peer).await;
    let expected: Vec<Gauge> = elements.iter().map(gauge).collect();
    let read = || server.messages().iter().map(|messages| gauges(messages.as_bytes())).collect::<Vec<_>>();
    let read =
        block_in_place(|| until("the last element", || Some(read()).filter(|read| read[1].last() == expected.last())));
    let [before, after] = &read[..] else { panic!("it was started twice") };
    assert!(*before == expected[..before.len()] && *after == expected[delivered..], "{} {delivered}", before.len());
    (before.len(), delivered)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tcp_what_was_on_its_way_is_lost_and_nothing_else() {
    let (read, delivered) = killed_over_tcp(500).await;
    assert!(read >= 500);
    // Of a write that failed a part may have been read, and comes again.
    assert!(read <= delivered + 50, "{read} {delivered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_tcp_nothing_is_lost_when_nothing_is_on_its_way() {
    assert_eq!(killed_over_tcp(5000).await, (5000, 5000));
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

/// What waited in the socket when it died, and what the process had taken and not kept, is as many datagrams as the system holds, and one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_unix_socket_what_waited_in_it_is_lost_and_nothing_else() {
    let mut receiver = Receiver::start();
    let (sink, elements) = (StatsD::unix(&receiver.socket), elements());
    let has_some = async |receiver: &mut Receiver, _: &Delivery| {
        block_in_place(|| until("some elements", || (receiver.taken()[0].len() >= 500).then_some(())));
    };
    let delivered =
        deliver_although_killed(&mut receiver, sink, &elements, has_some, |receiver| &mut receiver.peer).await;
    let expected: Vec<Gauge> = elements.iter().map(gauge).collect();
    let taken = || Some(receiver.taken()).filter(|taken| taken[1].last() == expected.last());
    let taken = block_in_place(|| until("the last element", taken));
    let [before, after] = &taken[..] else { panic!("it was started twice") };
    assert!(*before == expected[..before.len()] && *after == expected[delivered..], "{} {delivered}", before.len());
    let held: usize = fs::read_to_string("/proc/sys/net/unix/max_dgram_qlen").unwrap().trim().parse().unwrap();
    // One more than the number says, each with a batch at most.
    let lost = delivered - before.len();
    assert!(lost <= (held + 2) * 50, "{lost}");
}
