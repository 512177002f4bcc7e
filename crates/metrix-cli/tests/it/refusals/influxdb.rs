//! [`InfluxDb`]: a real one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::peers::program;
use crate::ports::free_ports;
use crate::program::until;

/// InfluxDB with a database `d`; killed when it is dropped.
pub(super) struct InfluxDb {
    process: Child,
    port: u16,
    _folder: TempDir,
}

impl InfluxDb {
    pub(super) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let [port, opentsdb, udp, backup, graphite] = free_ports();
        let config = include_str!("../../../../metrix-io/tests/it/peers/influxdb.conf")
            .replace("@DIR@", folder.path().to_str().unwrap())
            .replace("@HTTP@", &port.to_string())
            .replace("@OPENTSDB@", &opentsdb.to_string())
            .replace("@BACKUP@", &backup.to_string())
            .replace("@UDP@", &udp.to_string())
            .replace("@GRAPHITE@", &graphite.to_string())
            .replace("@AUTH@", "false");
        let path = folder.path().join("influxdb.conf");
        std::fs::write(&path, config).unwrap();
        let mut command = Command::new(program("influxd"));
        command.arg("-config").arg(path).env("HOME", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let influxdb = Self { process: command.spawn().unwrap(), port, _folder: folder };
        until("InfluxDB", || influxdb.ask("q=CREATE%20DATABASE%20d").filter(|answer| answer.contains("200 OK")));
        influxdb
    }

    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it answers to a query.
    pub(super) fn query(&self, query: &str) -> String {
        self.ask(query).unwrap()
    }

    /// The whole answer, if it answers.
    fn ask(&self, query: &str) -> Option<String> {
        let mut stream = TcpStream::connect(self.address()).ok()?;
        write!(stream, "POST /query?{query} HTTP/1.0\r\ncontent-length: 0\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

impl Drop for InfluxDb {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
