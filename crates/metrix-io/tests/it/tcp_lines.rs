//! Lines over connections: what is sent comes out, within bounds.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use metrix::size;
use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::tcp_lines::{TcpLines, TcpStats};
use metrix_io::{LineError, ParseLine, Reading};
use tokio::io::AsyncWriteExt;

/// Any free port of this machine alone.
const ANY: &str = "127.0.0.1:0";

fn bind() -> TcpLines<StatsD> {
    TcpLines::bind(ANY.parse().expect("an address"), StatsD::new()).expect("a free port")
}

fn connect(tcp: &TcpLines<impl ParseLine>) -> TcpStream {
    TcpStream::connect(tcp.address()).expect("it listens")
}

/// What comes until the stop, which is there already: the names and values, and the kinds of faults.
async fn all(tcp: &mut TcpLines<impl ParseLine>) -> (Vec<(String, f64)>, Vec<&'static str>, TcpStats) {
    let (mut values, mut faults) = (Vec::new(), Vec::new());
    let stats = tcp
        .run(std::future::ready(()), |read| match read {
            Ok(reading) => values.push((reading.name.into_owned(), reading.value)),
            Err(fault) => faults.push(fault.kind),
        })
        .await;
    (values, faults, stats)
}

#[tokio::test]
async fn what_had_come_before_the_stop_is_read() {
    let mut tcp = bind();
    let mut clients: Vec<TcpStream> = (0..10).map(|_| connect(&tcp)).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        let lines: String = (0..1000).map(|value| format!("c{number}:{value}|c\n")).collect();
        client.write_all(lines.as_bytes()).unwrap();
    }
    let (values, faults, stats) = all(&mut tcp).await;
    assert_eq!(faults, [""; 0]);
    for number in 0..10 {
        let of: Vec<f64> =
            values.iter().filter(|(name, _)| *name == format!("c{number}")).map(|(_, value)| *value).collect();
        assert_eq!(of, (0..1000).map(f64::from).collect::<Vec<_>>());
    }
    assert_eq!((stats.connections, stats.open, stats.lines, stats.readings), (10, 0, 10_000, 10_000));
}

#[tokio::test]
async fn lines_that_are_cut_or_too_long_are_faults() {
    let mut tcp = bind().max_line(size(10));
    let mut client = connect(&tcp);
    let long = "x".repeat(100_000);
    write!(client, "a:1|c\n{long}:1|c\r\nb:2|c\r\n\n12345678:1|c\nc:3|c\nd:12").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let (values, faults, stats) = all(&mut tcp).await;
    let expected = [("a", 1.0), ("b", 2.0), ("c", 3.0)].map(|(name, value)| (name.to_owned(), value));
    assert_eq!(values, expected);
    assert_eq!(faults, ["too long", "too long", "cut"]);
    assert_eq!((stats.lines, stats.readings, stats.faults), (6, 3, 3));
}

/// Whether the other side ends the connection.
fn is_ended(client: &mut TcpStream) -> bool {
    client.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // Ended in good order, or not.
    matches!(client.read(&mut [0]), Ok(0)) || client.take_error().unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn connections_beyond_the_bound_are_ended() {
    let mut tcp = bind().max_connections(size(2));
    let mut clients: Vec<TcpStream> = (0..5).map(|_| connect(&tcp)).collect();
    for client in &mut clients[..2] {
        client.write_all(b"a:1|c\n").unwrap();
    }
    for _ in 0..2 {
        assert!(tcp.receive(|read| assert_eq!(read.unwrap().value, 1.0)).await);
    }
    assert!(clients[2..].iter_mut().all(is_ended));
    let stats = tcp.meter().stats();
    assert_eq!((stats.connections, stats.open, stats.turned_away), (2, 2, 3));
    // There is room again when one has gone.
    drop(clients.remove(0));
    loop {
        let mut client = connect(&tcp);
        // It may be turned away before it has said anything.
        let _said = client.write_all(b"b:2|c\n").and_then(|()| client.shutdown(Shutdown::Write));
        is_ended(&mut client);
        if tcp.meter().stats().connections > 2 {
            break;
        }
    }
    assert!(tcp.receive(|read| assert_eq!(read.unwrap().value, 2.0)).await);
}

#[tokio::test]
async fn a_line_has_64_kib_unless_told_otherwise() {
    let mut tcp = TcpLines::bind(ANY.parse().unwrap(), Texts).unwrap();
    let mut client = connect(&tcp);
    let sender = std::thread::spawn(move || {
        for length in [65_536, 65_537, 1] {
            writeln!(client, "{}", "x".repeat(length)).unwrap();
        }
    });
    let (mut lengths, mut faults) = (Vec::new(), Vec::new());
    while lengths.len() < 2 {
        tcp.receive(|read| match read {
            Ok(reading) => lengths.push(reading.value),
            Err(fault) => faults.push(fault.kind),
        })
        .await;
    }
    sender.join().unwrap();
    assert_eq!((lengths, faults), (vec![65_536.0, 1.0], vec!["too long"]));
}

/// The clock stands still until nothing else is to do, and then goes on to what is waited for.
#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_ended_after_ten_minutes_unless_told_otherwise() {
    let mut tcp = bind();
    let started = tokio::time::Instant::now();
    let mut client = connect(&tcp);
    client.write_all(b"a:1|c\nb:2").unwrap();
    assert!(tcp.receive(|read| assert_eq!(read.unwrap().value, 1.0)).await);
    assert!(tcp.receive(|read| assert_eq!(read.unwrap_err().kind, "cut")).await);
    assert_eq!(started.elapsed().as_secs(), 600);
    assert!(is_ended(&mut client));
    let stats = tcp.meter().stats();
    assert_eq!((stats.connections, stats.idle), (1, 1));
}

/// Each byte comes within the limit, and the clock goes on when nothing else is to do.
#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_no_line_is_ended() {
    let mut tcp = bind().idle_timeout(Duration::from_secs(600));
    let mut client = tokio::net::TcpStream::connect(tcp.address()).await.unwrap();
    let started = tokio::time::Instant::now();
    let drip = async {
        loop {
            if client.write_all(b"a").await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_secs(100)).await;
            assert!(started.elapsed() < Duration::from_secs(6000), "it is never ended");
        }
    };
    let (more, ()) = tokio::join!(tcp.receive(|read| assert_eq!(read.unwrap_err().kind, "cut")), drip);
    assert!(more);
    assert_eq!(tcp.meter().stats().idle, 1);
}

/// A sender that is always quicker than what it sends is read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_never_pauses_does_not_hold_up_the_stop() {
    let mut tcp = bind();
    let mut client = connect(&tcp);
    let sender = std::thread::spawn(move || {
        let block = "a:1|c\n".repeat(10_000);
        while client.write_all(block.as_bytes()).is_ok() {}
    });
    let stats = tokio::time::timeout(Duration::from_secs(60), tcp.run(std::future::ready(()), |_| ()));
    let stats = stats.await.expect("it stops");
    assert_eq!((stats.connections, stats.open), (1, 0));
    assert!(stats.readings > 1000);
    sender.join().unwrap();
}

/// While nobody takes what comes, little of it is held, and the sender has to wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_sender_waits_while_nobody_takes() {
    let mut tcp = bind();
    let mut client = connect(&tcp);
    client.write_all(b"a:1|c\n").unwrap();
    assert!(tcp.receive(|_| ()).await);
    client.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let block = "a:1|c\n".repeat(10_000);
    let mut sent = 0;
    let error = loop {
        match client.write(&block.as_bytes()[sent % 6..]) {
            Ok(bytes) => sent += bytes,
            Err(error) => break error,
        }
        assert!(sent < 1 << 30, "it takes everything");
    };
    assert!(matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut), "{error}");
    // What the tasks of the listener hold: pieces of 16 KiB.
    assert!(tcp.meter().stats().bytes <= 20 * 16 * 1024, "{:?}", tcp.meter().stats());
    drop(client);
    let mut values = 0;
    while values < sent / 6 {
        tcp.receive(|read| values += usize::from(read.is_ok())).await;
    }
    assert_eq!(values, sent / 6);
}

/// Takes a line as it is.
#[derive(Debug)]
struct Texts;

impl ParseLine for Texts {
    fn parse(&mut self, line: &[u8], emit: &mut dyn FnMut(Reading<'_>)) -> Result<(), LineError> {
        emit(Reading::new(String::from_utf8_lossy(line), line.len() as f64));
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn random_bytes_in_random_portions_are_lines() {
    let mut tcp = TcpLines::bind(ANY.parse().unwrap(), Texts).unwrap().max_line(size(50));
    let mut random = 1_u64;
    let mut next = move || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize
    };
    let bytes: Vec<u8> = (0..1_000_000).map(|_| if next() % 30 == 0 { b'\n' } else { next() as u8 }).collect();
    let mut expected = Vec::new();
    let (lines, _cut) = bytes.split_at(bytes.iter().rposition(|byte| *byte == b'\n').unwrap());
    for line in lines.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if (1..=50).contains(&line.len()) {
            expected.push(String::from_utf8_lossy(line).into_owned());
        }
    }
    assert!(expected.len() > 10_000);
    let mut client = connect(&tcp);
    let sender = std::thread::spawn(move || {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (portion, after) = rest.split_at((1 + next() % 5000).min(rest.len()));
            client.write_all(portion).unwrap();
            rest = after;
        }
    });
    let mut came = Vec::new();
    let (mut cut, mut long) = (0, 0);
    while cut == 0 {
        tcp.receive(|read| match read {
            Ok(reading) => came.push(reading.name.into_owned()),
            Err(fault) if fault.kind == "cut" => cut += 1,
            Err(_) => long += 1,
        })
        .await;
    }
    sender.join().unwrap();
    assert!(came == expected, "{} of {} came, {long} were too long", came.len(), expected.len());
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_named() {
    let holder = bind();
    let foreign: SocketAddr = "192.0.2.1:8125".parse().unwrap();
    for (address, what) in [(holder.address(), "something else listens on"), (foreign, "this machine does not have")] {
        let error = TcpLines::bind(address, StatsD::new()).expect_err("it is taken or foreign");
        assert!(error.to_string().starts_with(what), "{error}");
        assert!(error.to_string().contains(&format!("{address} (TCP)")), "{error}");
    }
}

#[test]
fn it_can_be_run_by_any_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _in_runtime = runtime.enter();
    let mut tcp = is_send(bind());
    drop(is_send(tcp.run(std::future::pending(), |_| ())));
    drop(is_send(tcp.receive(|_| ())));
}
