//! Unix datagrams: what is sent comes out.

use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::unix::Unix;

/// A path for a socket, which no other test has.
fn path(name: &str) -> PathBuf {
    // A socket's path is short.
    std::env::temp_dir().join(format!("metrix-{}-{name}", std::process::id()))
}

#[tokio::test]
async fn what_was_received_before_the_stop_is_handled() {
    let mut unix = Unix::bind(path("all"), StatsD::new()).unwrap();
    let client = UnixDatagram::unbound().unwrap();
    client.set_nonblocking(true).unwrap();
    let mut sent = 0;
    // As many as the system lets wait.
    while sent < 200 && client.send_to(format!("a:{sent}|c\nb:1|ms").as_bytes(), unix.path()).is_ok() {
        sent += 1;
    }
    assert!(sent > 1);
    let mut values = Vec::new();
    let stats = unix.run(std::future::ready(()), |read| values.push(read.unwrap().value)).await.unwrap();
    assert_eq!(values, (0..sent).flat_map(|number| [f64::from(number), 1.0]).collect::<Vec<_>>());
    assert_eq!((stats.datagrams, stats.lines), (sent as u64, 2 * sent as u64));
    assert_eq!(stats.dropped, None);
}

/// The system lets few datagrams wait, so that nothing has to be dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_sender_waits_or_is_told_while_nobody_reads() {
    let mut unix = Unix::bind(path("full"), StatsD::new()).unwrap();
    let client = UnixDatagram::unbound().unwrap();
    client.connect(unix.path()).unwrap();
    client.set_nonblocking(true).unwrap();
    let mut sent = 0;
    let error = loop {
        match client.send(b"a:1|c") {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 1_000_000, "it takes everything");
    };
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "{error}");
    client.set_nonblocking(false).unwrap();
    let sender = std::thread::spawn(move || {
        for _ in 0..10_000 {
            client.send(b"a:1|c").unwrap();
        }
    });
    let mut sum = 0.0;
    while sum < f64::from(sent + 10_000) {
        unix.receive(|read| sum += read.unwrap().value).await.unwrap();
    }
    sender.join().unwrap();
    assert_eq!(unix.meter().stats().datagrams, sent as u64 + 10_000);
}

#[tokio::test]
async fn the_file_of_another_is_left_alone() {
    let path = path("stolen");
    let unix = Unix::bind(&path, StatsD::new()).unwrap();
    std::fs::remove_file(&path).unwrap();
    let other = Unix::bind(&path, StatsD::new()).unwrap();
    drop(unix);
    UnixDatagram::unbound().unwrap().send_to(b"a:1|c", &path).unwrap();
    drop(other);
    assert!(!path.exists());
}

#[tokio::test]
async fn the_end_of_a_datagram_that_is_too_large_is_a_fault() {
    let mut unix = Unix::bind(path("large"), StatsD::new()).unwrap();
    let client = UnixDatagram::unbound().unwrap();
    let line = "a:1|c\n";
    client.send_to(line.repeat(20_000).as_bytes(), unix.path()).unwrap();
    client.send_to(b"b:2|c", unix.path()).unwrap();
    let (mut sum, mut faults) = (0.0, Vec::new());
    let stop = std::future::ready(());
    let stats = unix
        .run(stop, |read| match read {
            Ok(reading) => sum += reading.value,
            Err(fault) => faults.push(fault.kind),
        })
        .await
        .unwrap();
    assert_eq!((sum, faults), ((65_536 / line.len()) as f64 + 2.0, vec!["too long"]));
    assert_eq!(stats.datagrams, 2);
}

#[tokio::test]
async fn a_socket_that_was_left_behind_is_replaced() {
    let path = path("left");
    drop(UnixDatagram::bind(&path).unwrap());
    let unix = Unix::bind(&path, StatsD::new()).unwrap();
    let error = Unix::bind(&path, StatsD::new()).unwrap_err();
    let expected =
        format!("something else listens on {} (Unix datagrams): stop it, or listen on another path", path.display());
    assert_eq!(error.to_string(), expected);
    drop(unix);
    assert!(!path.exists());
    std::fs::write(&path, "no socket").unwrap();
    Unix::bind(&path, StatsD::new()).unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "no socket");
    std::fs::remove_file(&path).unwrap();
    let error = Unix::bind("/no/such/folder/socket", StatsD::new()).unwrap_err();
    assert!(error.to_string().ends_with("its folder does not exist, make it first"), "{error}");
}
