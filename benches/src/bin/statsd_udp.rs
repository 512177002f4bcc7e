//! Lines of StatsD over UDP on loopback: how many a second the program receives, understands and aggregates on one core without losing any,
//! and how many StatsD of npm does. The sender has another core to itself.
//!
//! It needs two cores and `taskset`, and StatsD of npm where `bash .ci/peers` puts it; without that only the program is asked. With an argument each
//! trial takes so many seconds. It fails if the program takes fewer than are promised.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use benches::program::made::made;

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

/// How many bytes wait at a port, and how many datagrams the system has dropped there.
fn queue(port: u16) -> Result<(u64, u64), Box<dyn Error>> {
    let sockets = fs::read_to_string("/proc/net/udp")?;
    let fields = sockets
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find(|fields| fields[1].ends_with(&format!(":{port:04X}")))
        .ok_or("nothing listens there")?;
    let waiting = fields[4].split_once(':').ok_or("no queue")?.1;
    Ok((u64::from_str_radix(waiting, 16)?, fields[12].parse()?))
}

/// Who receives.
enum Receiver {
    /// The program's path.
    Metrix(PathBuf),
    /// Its script's path.
    StatsD(PathBuf),
}

/// A receiver at work, on the first core.
struct Running<'a> {
    receiver: &'a Receiver,
    child: Child,
    port: u16,
    management: u16,
    output: PathBuf,
}

impl Receiver {
    fn name(&self) -> &'static str {
        match self {
            Self::Metrix(_) => "metrix: count, sum, mean and max of 700 series each second",
            Self::StatsD(_) => "StatsD 0.9 of npm: sums",
        }
    }

    fn is_there(&self) -> bool {
        match self {
            Self::Metrix(path) | Self::StatsD(path) => path.is_file(),
        }
    }

    fn start(&self, folder: &Path) -> Result<Running<'_>, Box<dyn Error>> {
        let free = || -> std::io::Result<u16> { Ok(UdpSocket::bind("127.0.0.1:0")?.local_addr()?.port()) };
        let (port, management, output) = (free()?, free()?, folder.join("output"));
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]);
        match self {
            Self::Metrix(program) => {
                let config = folder.join("metrix.toml");
                let text = format!(
                    "[[source]]\ntype = \"statsd\"\nlisten = \"udp://127.0.0.1:{port}\"\n[[stream]]\nname = \"*\"\n\
                     agg = [\"count\", \"sum\", \"mean\", \"max\"]\nwindow = \"1s\"\n[[sink]]\ntype = \"jsonl\"\npath = \"-\"\n"
                );
                fs::write(&config, text)?;
                command.arg(program).args(["run", "--quiet"]).arg(config);
            }
            Self::StatsD(script) => {
                let config = folder.join("statsd.js");
                let text = format!(
                    "{{ address: '127.0.0.1', port: {port}, mgmt_address: '127.0.0.1', mgmt_port: {management}, backends: [], \
                     flushInterval: 100000000 }}"
                );
                fs::write(&config, text)?;
                command.arg("node").arg(script).arg(config);
            }
        }
        let child = command.stdout(fs::File::create(&output)?).stderr(Stdio::null()).stdin(Stdio::null()).spawn()?;
        let running = Running { receiver: self, child, port, management, output };
        let deadline = Instant::now() + PATIENCE;
        while queue(port).is_err() || matches!(self, Self::StatsD(_)) && running.counters().is_err() {
            if Instant::now() > deadline {
                return Err(format!("{} doesn't start", self.name()).into());
            }
            thread::yield_now();
        }
        Ok(running)
    }
}

impl Running<'_> {
    /// Ends it, and tells how many metrics it has received.
    fn end(mut self) -> Result<u64, Box<dyn Error>> {
        match self.receiver {
            Receiver::StatsD(_) => self.counters(),
            Receiver::Metrix(_) => {
                Command::new("kill").arg(self.child.id().to_string()).status()?;
                self.child.wait()?;
                let mut received = 0.0;
                for line in fs::read_to_string(&self.output)?.lines() {
                    let element: serde_json::Value = serde_json::from_str(line)?;
                    if element["name"] == "requests.count" {
                        received += element["value"].as_f64().ok_or("no number")?;
                    }
                }
                Ok(received as u64)
            }
        }
    }

    /// How many metrics StatsD says to have received.
    fn counters(&self) -> Result<u64, Box<dyn Error>> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.management))?;
        writeln!(stream, "counters")?;
        for line in BufReader::new(stream).lines() {
            let line = line?;
            if let Some((_, value)) = line.split_once("'statsd.metrics_received': ") {
                return Ok(value.trim_end_matches([',', ' ', '}']).parse()?);
            }
        }
        Err("it doesn't say".into())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
