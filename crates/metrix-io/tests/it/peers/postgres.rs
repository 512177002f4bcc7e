//! PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

use super::database::Database;
use super::stored::Stored;
use super::{Peer, found, free_ports};

/// Who runs it, since it refuses to be run by root.
const RUNNER: &str = "postgres";

impl Database {
    /// PostgreSQL with the superuser `postgres`, who needs no password; all others say theirs. It has TLS if it gets a
    /// certificate and its key, in the form of PEM.
    pub(crate) fn postgres(tls: Option<(&str, &str)>) -> Self {
        let [port] = free_ports();
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let data = folder.path().join("data");
        let run = |args: &[&str]| checked(Command::new("bash").args(["-c", "\"$@\"", "bash"]).args(args));
        if is_root() {
            run(&["chown", RUNNER, folder.path().to_str().expect("it is text")]);
        }
        let mut initdb = as_runner(&program("initdb"));
        initdb.extend(
            ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"].map(str::to_owned),
        );
        initdb.push(data.display().to_string());
        checked(Command::new(&initdb[0]).args(&initdb[1..]));
        let who = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), who).expect("the folder can be written to");
        for (file, text) in
            tls.into_iter().flat_map(|(certificate, key)| [("server.crt", certificate), ("server.key", key)])
        {
            let file = data.join(file);
            fs::write(&file, text).expect("the folder can be written to");
            let file = file.to_str().expect("it is text");
            run(&["chmod", "600", file]);
            if is_root() {
                run(&["chown", RUNNER, file]);
            }
        }
        let mut postgres = as_runner(&program("postgres"));
        postgres.extend(["-D".to_owned(), data.display().to_string(), "-p".to_owned(), port.to_string()]);
        let ssl = if tls.is_some() { "ssl=on" } else { "ssl=off" };
        // What is killed is the process and not the machine, so nothing has to be on the disk.
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", ssl] {
            postgres.extend(["-c".to_owned(), setting.to_owned()]);
        }
        let is_ready = move || {
            // The folder is there as long as this is.
            folder.path().exists() && ask(port, "SELECT 1").status.success()
        };
        let start = postgres.remove(0);
        Self { peer: Peer::start(&start, |_| postgres, is_ready), http: port, telnet: 0, put: 0, udp: 0, graphite: 0 }
    }

    /// What it answers to SQL, as the superuser: a line for each row.
    pub(crate) fn sql(&self, sql: &str) -> String {
        let output = ask(self.http, sql);
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it answers in UTF-8")
    }

    /// What a table of the sink has, with times in microseconds.
    pub(crate) fn table(&self, table: &str) -> Stored {
        let mut stored = Stored::new();
        for (key, at, _, value) in self.rows(table) {
            stored.entry((key.0, key.1, at)).or_default().push(value);
        }
        stored
    }

    /// The rows of a table of the sink: name and tags, the two times in microseconds, and the value.
    pub(crate) fn rows(&self, table: &str) -> Vec<Row> {
        let micros = |column: &str| format!("(extract(epoch FROM \"{column}\") * 1000000)::bigint");
        let columns = format!("name, tags, {}, {}, value::text", micros("at"), micros("start"));
        // psql leaves out characters such as U+10FFFF.
        let hex = format!("encode(convert_to(json_build_array({columns})::text, 'UTF8'), 'hex')");
        let lines = self.sql(&format!("SELECT {hex} FROM {table}"));
        lines.lines().map(row).collect()
    }
}

pub(crate) type Row = ((String, std::collections::BTreeMap<String, String>), i64, i64, f64);

fn row(line: &str) -> Row {
    let byte = |hex: &[u8]| u8::from_str_radix(std::str::from_utf8(hex).unwrap(), 16).expect("it is a number");
    let json: Vec<u8> = line.as_bytes().chunks(2).map(byte).collect();
    let row: Value = serde_json::from_slice(&json).expect("it is JSON");
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    let tags = row[1].as_object().expect("an object").iter().map(|(name, value)| (name.clone(), text(value)));
    let value = match text(&row[4]).as_str() {
        "Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        number => number.parse().expect("it is a number"),
    };
    ((text(&row[0]), tags.collect()), row[2].as_i64().expect("a time"), row[3].as_i64().expect("a time"), value)
}

fn ask(port: u16, sql: &str) -> Output {
    let address = ["-h", "127.0.0.1", "-p", &port.to_string(), "-U", "postgres", "-d", "postgres"].map(str::to_owned);
    let mut psql = Command::new(program("psql"));
    // Of the server's TLS it needs nothing.
    psql.env("PGOPTIONS", "-c default_transaction_read_only=off");
    psql.args(address).args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).env("PGSSLMODE", "disable");
    psql.output().expect("psql starts")
}

fn checked(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// One of its programs, of the newest version that is installed.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        found("PostgreSQL", || {
            let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
            let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
            let folders = versions.filter(|path| path.join("bin/postgres").is_file());
            Some(folders.max_by_key(|path| number(path))?.join("bin"))
        })
    });
    folder.join(name)
}

/// A command that is run by who may run it.
fn as_runner(program: &Path) -> Vec<String> {
    let runner = [format!("--reuid={RUNNER}"), format!("--regid={RUNNER}"), "--clear-groups".to_owned()];
    let mut command = Vec::new();
    if is_root() {
        command.push("setpriv".to_owned());
        command.extend(runner);
    }
    command.push(program.display().to_string());
    command
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("there is one of each process");
    status.lines().any(|line| line.starts_with("Uid:") && line.split_whitespace().nth(2) == Some("0"))
}

/// Has it do what may be ended from elsewhere.
pub(crate) fn try_sql(port: u16, sql: &str) {
    ask(port, sql);
}
