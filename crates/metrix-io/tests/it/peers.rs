//! Real servers: each test starts its own, on free ports and in a folder of its own.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, id};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

#[cfg(feature = "graphite")]
pub(crate) mod carbon;
#[cfg(any(feature = "otlp", feature = "parquet", feature = "sqlite"))]
pub(crate) mod clients;
pub(crate) mod database;
mod datagrams;
#[cfg(feature = "parquet")]
pub(crate) mod duckdb;
#[cfg(feature = "nats")]
pub(crate) mod nats;
#[cfg(feature = "otlp")]
pub(crate) mod otlp_store;
mod ports;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
#[cfg(any(feature = "prometheus", feature = "remote_write"))]
pub(crate) mod prometheus;
#[cfg(feature = "graphite")]
pub(crate) mod relay;
#[cfg(feature = "otlp")]
pub(crate) mod rotel;
#[cfg(any(feature = "parquet", feature = "sqlite"))]
mod rows;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite3;
#[cfg(feature = "statsd")]
pub(crate) mod statsd;
pub(crate) mod stored;

pub(crate) use self::datagrams::takes_datagrams;
pub(crate) use self::ports::free_ports;

/// So long may a server take to start, or to show what it has been sent.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is killed when it is dropped.
pub(crate) struct Peer {
    program: PathBuf,
    args: Vec<String>,
    child: Child,
    /// Kills it, and tells which processes it had.
    killing: Option<JoinHandle<Vec<u32>>>,
    folder: PathBuf,
    is_ready: Box<dyn Fn() -> bool + Send + Sync>,
}

impl Peer {
    /// Starts a program of `.ci/peers` and waits until it is ready. It has a folder of its own, which the arguments can name.
    pub(crate) fn start(
        program: &str,
        args: impl FnOnce(&Path) -> Vec<String>,
        is_ready: impl Fn() -> bool + Send + Sync + 'static,
    ) -> Self {
        let (program, folder) = (installed(program), new_folder());
        let args = args(&folder);
        let child = spawn(&program, &args, &folder);
        let mut peer = Self { program, args, child, killing: None, folder, is_ready: Box::new(is_ready) };
        peer.wait_until_ready();
        peer
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !(self.is_ready)() {
            let ended = self.child.try_wait().expect("it is a child of ours");
            if ended.is_some() || Instant::now() > deadline {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                panic!("{} doesn't start ({ended:?}); it says:\n{log}", self.program.display());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The folder that it has to itself.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has it stand still: what it is sent from then on it doesn't take.
    pub(crate) fn stop(&self) {
        let process = self.child.id();
        let stopped = Command::new("bash").args(["-c", "kill -STOP $0", &process.to_string()]).status();
        assert!(stopped.expect("bash starts").success());
        until("a process that stands still", || (state(process) == Some('T')).then_some(()));
    }

    /// Kills it and its processes by a signal that they can't catch, at some time after this has returned.
    pub(crate) fn kill_soon(&mut self) {
        let process = self.child.id();
        self.killing = Some(thread::spawn(move || kill(process)));
    }

    /// Kills it and its processes by a signal that they can't catch. They are dead when this returns.
    pub(crate) fn kill(&mut self) {
        self.kill_soon();
        self.wait_until_dead();
    }

    /// Starts it again, with its data and its ports, once it is dead.
    pub(crate) fn restart(&mut self) {
        self.wait_until_dead();
        self.child = spawn(&self.program, &self.args, &self.folder);
        self.wait_until_ready();
    }

    fn wait_until_dead(&mut self) {
        self.child.wait().expect("it is a child of ours");
        let killed = self.killing.take().map_or_else(Vec::new, |killing| killing.join().expect("bash starts"));
        let deadline = Instant::now() + PATIENCE;
        while killed.iter().any(|process| is_alive(*process)) {
            assert!(Instant::now() < deadline, "{killed:?} are still alive");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may be dead already, and the folder lies where cargo cleans up.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Kills a process and those that it has started, and tells which these were. It is stopped first, so that it starts no more.
fn kill(process: u32) -> Vec<u32> {
    let script = format!(
        "kill -STOP {process}; read -r others </proc/{process}/task/{process}/children
         echo $others; kill -9 {process} $others"
    );
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash starts");
    let others = String::from_utf8(output.stdout).expect("they are numbers");
    others.split_whitespace().map(|other| other.parse().expect("it is a number")).collect()
}

/// Whether a process is there that is more than a name.
fn is_alive(process: u32) -> bool {
    state(process).is_some_and(|state| !['Z', 'X'].contains(&state))
}

/// What a process does, by the letter that the system has for it.
fn state(process: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

fn spawn(program: &Path, args: &[String], folder: &Path) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).expect("the folder can be written to");
    let both = log.try_clone().expect("a file can be written to from two sides");
    let child = Command::new(program).args(args).env("HOME", folder).stdout(log).stderr(both).spawn();
    child.unwrap_or_else(|error| panic!("{} can't be started: {error}", program.display()))
}

/// The program's path.
pub(crate) fn installed(program: &str) -> PathBuf {
    found(program, || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
    })
}

/// What `find` finds. It is installed if it is absent, which takes a minute; without it the tests fail.
pub(crate) fn found<T>(what: &str, find: impl Fn() -> Option<T>) -> T {
    static INSTALLING: Mutex<()> = Mutex::new(());
    let _lock = INSTALLING.lock().expect("`.ci/peers` has been run by another test and has failed");
    find().unwrap_or_else(|| {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.ci/peers");
        let output = Command::new("bash").arg(&script).output().expect("bash starts");
        let said = String::from_utf8_lossy(&output.stderr);
        find().unwrap_or_else(|| panic!("no {what} on this machine, and `bash .ci/peers` didn't install it: {said}"))
    })
}

fn new_folder() -> PathBuf {
    static FOLDERS: AtomicUsize = AtomicUsize::new(0);
    let name = format!("peer-{}-{}", id(), FOLDERS.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("cargo's folder for tests can be written to");
    folder
}

/// Polls until there is what is waited for, and fails if it never is.
#[track_caller]
pub(crate) fn until<T>(what: &str, find: impl Fn() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(Instant::now() < deadline, "{what} did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether something listens there.
pub(crate) fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The body of the answer to a GET request; HTTP/1.0, so that it ends with the connection.
pub(crate) fn get(port: u16, path: &str) -> Result<String, String> {
    let exchange = || {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "GET {path} HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        std::io::Result::Ok(answer)
    };
    let answer =
        String::from_utf8(exchange().map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no head")?;
    let is_good = head.split(' ').nth(1).is_some_and(|status| status.starts_with('2'));
    if is_good { Ok(body.to_owned()) } else { Err(answer.clone()) }
}

mod tests {
    use super::*;

    /// `sleep` is ready when it is started.
    #[test]
    fn who_was_killed_is_dead() {
        for _ in 0..20 {
            let mut peer = Peer::start("sleep", |_| vec!["1000".to_owned()], || true);
            let process = peer.child.id();
            peer.kill();
            assert!(!is_alive(process));
        }
    }
}
