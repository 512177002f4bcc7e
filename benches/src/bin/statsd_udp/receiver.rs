//! [`Receiver`]: who receives, and how many metrics it has received.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Instant;

use super::PATIENCE;

/// Who receives.
pub(crate) enum Receiver {
    /// The program's path.
    Metrix(PathBuf),
    /// Its script's path.
    StatsD(PathBuf),
}

/// A receiver at work, on the first core.
pub(crate) struct Running<'a> {
    receiver: &'a Receiver,
    child: Child,
    pub(crate) port: u16,
    management: u16,
    output: PathBuf,
}

impl Receiver {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Metrix(_) => "metrix: count, sum, mean and max of 700 series each second",
            Self::StatsD(_) => "StatsD 0.9 of npm: sums",
        }
    }

    pub(crate) fn is_there(&self) -> bool {
        match self {
            Self::Metrix(path) | Self::StatsD(path) => path.is_file(),
        }
    }

    pub(crate) fn start(&self, folder: &Path) -> Result<Running<'_>, Box<dyn Error>> {
        if !self.is_there() {
            return Err(format!("{} is not installed: bash .ci/peers does so", self.name()).into());
        }
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
    pub(crate) fn end(mut self) -> Result<u64, Box<dyn Error>> {
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

/// Waits until no more than so many bytes wait at a port, and tells how many datagrams the system has dropped there.
pub(crate) fn drained(port: u16, most: u64) -> Result<u64, Box<dyn Error>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (waiting, dropped) = queue(port)?;
        if waiting <= most {
            return Ok(dropped);
        }
        if Instant::now() > deadline {
            return Err("it doesn't read what waits".into());
        }
        thread::yield_now();
    }
}
