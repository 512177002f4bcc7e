//! Lines of StatsD over UDP on loopback: how many a second the program receives, understands and aggregates on one core without losing any,
//! and how many StatsD of npm does. The sender has another core to itself.
//!
//! It needs two cores and `taskset`, and StatsD of npm where `bash .ci/peers` puts it; without that only the program is asked. With an argument each
//! trial takes so many seconds. It fails if the program takes fewer than are promised.
#![allow(clippy::print_stdout)]

mod receiver;

use std::error::Error;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use benches::program::made::made;

use self::receiver::{Receiver, queue};

/// So many metrics a second are promised.
const PROMISED: f64 = 1e6;
/// What an Ethernet frame has room for.
const PACKET: usize = 1432;
const SERIES: usize = 100;
const SECONDS: f64 = 3.0;
const PATIENCE: Duration = Duration::from_secs(60);
/// That the sender has its own core already.
const PINNED: &str = "STATSD_UDP_PINNED";

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if std::env::var_os(PINNED).is_none() {
        let again = Command::new("taskset")
            .args(["-c", "1"])
            .arg(std::env::current_exe()?)
            .args(&args)
            .env(PINNED, "")
            .status();
        return if again?.success() { Ok(()) } else { Err("it has failed".into()) };
    }
    let seconds = args.first().map_or(Ok(SECONDS), |seconds| seconds.parse())?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let folder = root.join("target/statsd_udp");
    fs::create_dir_all(&folder)?;
    let receivers = [Receiver::Metrix(made()?), Receiver::StatsD(root.join("target/npm/node_modules/statsd/stats.js"))];
    let packets = packets();
    println!("| receiver, on one core | metrics a second without loss |");
    println!("| --- | ---: |");
    let mut best = Vec::new();
    for receiver in receivers.iter().filter(|receiver| receiver.is_there()) {
        let most = most(|rate| keeps(|| trial(receiver, &packets, rate, seconds, &folder)))?;
        println!("| {} | {most:.0} |", receiver.name());
        best.push(most);
    }
    if let [metrix, statsd] = best[..] {
        println!("\nmetrix takes {:.0} times as many", metrix / statsd);
    }
    if best[0] < PROMISED { Err(format!("fewer than {PROMISED:e} a second").into()) } else { Ok(()) }
}

/// The highest rate of which nothing is lost, found by doubling and then by halving what lies between; at least as high, if the sender can't
/// send more.
fn most(mut keeps: impl FnMut(f64) -> Result<bool, Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let (mut good, mut bad) = (0.0, 100_000.0);
    loop {
        match keeps(bad) {
            Ok(true) => (good, bad) = (bad, 2.0 * bad),
            Ok(false) => break,
            Err(error) if good == 0.0 => return Err(error),
            Err(_) => break,
        }
    }
    for _ in 0..5 {
        let middle = f64::midpoint(good, bad);
        if keeps(middle).unwrap_or(false) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Ok(good)
}

/// Whether one of three trials goes well, as others may be at work on this machine. It fails if all of them do.
fn keeps(mut trial: impl FnMut() -> Result<bool, Box<dyn Error>>) -> Result<bool, Box<dyn Error>> {
    let mut last = Ok(false);
    for _ in 0..3 {
        match trial() {
            Ok(true) => return Ok(true),
            other => last = other,
        }
    }
    last
}

/// Packets that are as full as they can be, and how many lines each has.
fn packets() -> Vec<(Vec<u8>, u64)> {
    let (mut packets, mut packet, mut lines) = (Vec::new(), Vec::new(), 0);
    for number in 0_usize.. {
        let line = format!("requests:{}|c|#page:/{},shop:{}\n", number % 1000, number % SERIES, number % 7);
        if packet.len() + line.len() > PACKET {
            packets.push((std::mem::take(&mut packet), std::mem::take(&mut lines)));
        }
        if packets.len() == 1000 {
            break;
        }
        packet.extend_from_slice(line.as_bytes());
        lines += 1;
    }
    packets
}

/// Whether a receiver takes so many metrics a second, all of them.
fn trial(
    receiver: &Receiver,
    packets: &[(Vec<u8>, u64)],
    rate: f64,
    seconds: f64,
    folder: &Path,
) -> Result<bool, Box<dyn Error>> {
    let running = receiver.start(folder)?;
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(("127.0.0.1", running.port))?;
    let (started, mut sent) = (Instant::now(), 0_u64);
    for (packet, lines) in packets.iter().cycle() {
        let gone = started.elapsed().as_secs_f64();
        if gone >= seconds {
            break;
        }
        while (sent as f64) > rate * started.elapsed().as_secs_f64() {
            std::hint::spin_loop();
        }
        socket.send(packet)?;
        sent += lines;
    }
    let pace = sent as f64 / started.elapsed().as_secs_f64();
    if pace < 0.99 * rate {
        return Err(format!("the sender can't send more than {pace:.0} metrics a second").into());
    }
    let deadline = Instant::now() + PATIENCE;
    let dropped = loop {
        let (waiting, dropped) = queue(running.port)?;
        if waiting == 0 {
            break dropped;
        }
        if Instant::now() > deadline {
            return Err("it doesn't read what waits".into());
        }
        thread::yield_now();
    };
    let received = running.end()?;
    Ok(dropped == 0 && received == sent)
}
