//! A table of PostgreSQL, which psql reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use tempfile::TempDir;

use crate::peers::installed;
use crate::ports::free_ports;
use crate::program::{Scene, until};

/// Who runs it, since it refuses to be run by root.
const RUNNER: &str = "postgres";

const PASSWORD: &str = "open sesame 4711";

/// PostgreSQL with TLS, and the user `me`, who has a password; killed when it is dropped.
struct Server {
    process: Child,
    port: u16,
    folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One of its programs, of the newest version that is installed.
fn program(name: &str) -> PathBuf {
    let folder = installed("PostgreSQL", || {
        let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let number = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
        let folders = versions.filter(|path| path.join("bin/postgres").is_file());
        Some(folders.max_by_key(|path| number(path))?.join("bin"))
    });
    folder.join(name)
}

/// One that is run by who may run it.
fn as_runner(name: &str) -> Command {
    let is_root = fs::metadata("/proc/self").map(|this| std::os::unix::fs::MetadataExt::uid(&this) == 0).unwrap();
    if !is_root {
        return Command::new(program(name));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", RUNNER, "--regid", RUNNER, "--clear-groups"]).arg(program(name));
    command
}

#[track_caller]
fn checked(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

impl Server {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let data = folder.path().join("data");
        // Root may give it away, and who isn't has it.
        let give = |path: &Path| Command::new("chown").arg(RUNNER).arg(path).output().unwrap();
        give(folder.path());
        let options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync", "-D"];
        checked(as_runner("initdb").args(options).arg(&data));
        let who = "host all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), who).unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        for (name, text) in [("server.crt", made.cert.pem()), ("server.key", made.signing_key.serialize_pem())] {
            let file = data.join(name);
            fs::write(&file, text).unwrap();
            checked(Command::new("chmod").arg("600").arg(&file));
            give(&file);
        }
        let [port] = free_ports();
        let mut postgres = as_runner("postgres");
        postgres.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "ssl=on"] {
            postgres.args(["-c", setting]);
        }
        let process = postgres.stderr(fs::File::create(folder.path().join("log")).unwrap()).spawn().unwrap();
        let server = Self { process, port, folder };
        until("PostgreSQL", || server.ask("SELECT 1").output().unwrap().status.success().then_some(()));
        server
    }

    fn ask(&self, sql: &str) -> Command {
        let mut psql = Command::new(program("psql"));
        psql.args(["-h", "127.0.0.1", "-U", "postgres", "-d", "postgres", "-p", &self.port.to_string()]);
        psql.args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]).env("PGSSLMODE", "disable");
        psql
    }

    #[track_caller]
    fn sql(&self, sql: &str) -> String {
        checked(&mut self.ask(sql))
    }

    fn certificate(&self) -> PathBuf {
        self.folder.path().join("data/server.crt")
    }
}

/// The configuration of a sink with these keys.
fn config(keys: &str) -> String {
    format!(
        "[[source]]\ntype = \"statsd\"\npath = \"-\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n\
         [[sink]]\ntype = \"postgres\"\n{keys}"
    )
}

#[test]
fn elements_are_in_the_table_and_the_password_nowhere() {
    let (server, scene) = (Server::start(), Scene::new());
    server.sql(&format!("CREATE ROLE me LOGIN PASSWORD '{PASSWORD}'"));
    server.sql("CREATE SCHEMA monitoring AUTHORIZATION me");
    // The program isn't run by who runs the server.
    fs::copy(server.certificate(), scene.path("ca.pem")).unwrap();
    scene.write("password", format!("{PASSWORD}\n"));
    let url =
        format!("url = \"postgres://me@localhost:{}/postgres?hostaddr=127.0.0.1&sslmode=require\"\n", server.port);
    let place = format!("{url}ca_file = \"ca.pem\"\nschema = \"monitoring\"\n");
    for (table, secret) in [("By env", "password_env = \"PG_SECRET\""), ("by file", "password_file = \"password\"")] {
        scene.write("config.toml", config(&format!("{place}table = \"{table}\"\n{secret}\n")));
        let mut command = scene.command();
        let mut running = crate::program::Running::start({
            command.args(["run", "config.toml"]).env("PG_SECRET", PASSWORD);
            command
        });
        std::io::Write::write_all(running.stdin(), b"m:1|c|#a:b\nm:2|c|#a:c\nn:3.5|g\n").unwrap();
        let ended = running.end().code(0);
        assert!(!ended.err.contains(PASSWORD) && !ended.out.contains(PASSWORD), "{ended:?}");
        let rows = server.sql(&format!("SELECT name, tags, value FROM monitoring.\"{table}\" ORDER BY value"));
        assert_eq!(rows, "m.sum|{\"a\": \"b\"}|1\nm.sum|{\"a\": \"c\"}|2\nn.sum|{}|3.5\n");
    }

    // The wrong one is told, and isn't shown.
    scene.write("password", "close sesame 4711");
    let wrong = config(&format!("{place}password_file = \"password\"\n"));
    let ended = scene.run(&wrong, &[], "m:1|c\n");
    assert_ne!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.err.contains("close sesame"), "{ended:?}");
    ended.said(&["the server says 28P01", "password authentication failed"]);
}

/// Whatever form it has.
#[test]
fn a_password_in_the_url_is_not_shown() {
    let scene = Scene::new();
    for (url, said) in [
        ("postgres://me:hunter2@localhost/metrics", "has a password: leave it out"),
        ("postgres://localhost/metrics?user=me&password=hunter2", "has a password: leave it out"),
        ("host=127.0.0.1 user=me password=hunter2", "give a URL without a password"),
    ] {
        scene.write("config.toml", config(&format!("url = \"{url}\"\n")));
        for verb in ["check", "run"] {
            let ended = scene.call(&[verb, "config.toml"]).code(2);
            assert!(!ended.err.contains("hunter2") && !ended.out.contains("hunter2"), "{ended:?}");
            ended.said(&[said, "add password_env = \"POSTGRES_PASSWORD\", or password_file"]);
        }
    }
}
