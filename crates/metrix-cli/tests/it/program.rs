//! [`Scene`]: a folder in which the real program runs.

use std::fs;
use std::io::{Read, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take until it counts as hanging.
const DEADLINE: Duration = Duration::from_secs(60);

/// A folder in which the real program runs: paths in its configurations are those of files there.
pub(crate) struct Scene(TempDir);

impl Scene {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn folder(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program, not started yet, with nothing of the environment that could change what it does.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_metrix"));
        command.current_dir(self.folder()).env("XDG_DATA_HOME", self.path("data"));
        for variable in ["COLUMNS", "LINES", "NO_COLOR"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs the program with these arguments to its end, with nothing on its standard input.
    pub(crate) fn call(&self, args: &[&str]) -> Ended {
        self.call_with(args, "")
    }

    /// Runs the program with these arguments to its end, with this on its standard input.
    pub(crate) fn call_with(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Ended {
        let mut command = self.command();
        command.args(args);
        Running::start(command).fed(stdin)
    }

    /// Starts `metrix run`, with arguments beside the configuration.
    pub(crate) fn start(&self, config: &str, args: &[&str]) -> Running {
        self.write("config.toml", config);
        let mut command = self.command();
        command.arg("run").args(args).arg("config.toml");
        Running::start(command)
    }

    /// Runs `metrix run` to its end, with this on its standard input.
    pub(crate) fn run(&self, config: &str, args: &[&str], stdin: impl AsRef<[u8]>) -> Ended {
        self.start(config, args).fed(stdin)
    }
}

/// The program at work.
pub(crate) struct Running {
    process: Process,
    out: Output,
    err: Output,
}

/// Killed when a test that has failed lets go of it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended by itself, if all is well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What has come so far on one of its outputs, and the thread that reads it.
struct Output(Arc<Mutex<Vec<u8>>>, JoinHandle<()>);

impl Output {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::<Mutex<Vec<u8>>>::default();
        let into = Arc::clone(&text);
        let reader = spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            loop {
                match pipe.read(&mut buffer).unwrap() {
                    0 => return,
                    read => into.lock().unwrap().extend_from_slice(&buffer[..read]),
                }
            }
        });
        Self(text, reader)
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    fn end(self) -> String {
        let Self(text, reader) = self;
        reader.join().unwrap();
        String::from_utf8_lossy(&text.lock().unwrap()).into_owned()
    }
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut process = Process(child);
        let (out, err) = (process.0.stdout.take().unwrap(), process.0.stderr.take().unwrap());
        Self { process, out: Output::of(out), err: Output::of(err) }
    }

    pub(crate) fn stdin(&mut self) -> &mut ChildStdin {
        self.process.0.stdin.as_mut().unwrap()
    }

    /// Gives it this to read, and waits for its end.
    #[track_caller]
    pub(crate) fn fed(mut self, stdin: impl AsRef<[u8]>) -> Ended {
        // It may stop reading before the end.
        let _all_or_a_part = self.stdin().write_all(stdin.as_ref());
        self.end()
    }

    /// For a thread of its own.
    pub(crate) fn take_stdin(&mut self) -> ChildStdin {
        self.process.0.stdin.take().unwrap()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().unwrap().is_some()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// What the system says of its memory, in KiB: `VmRSS` is what it has, `VmHWM` the most that it had. `None` if it has ended.
    pub(crate) fn memory(&self, field: &str) -> Option<u64> {
        memory(self.id(), field)
    }

    /// How long processors have worked for it so far, the system's work for it included.
    #[track_caller]
    pub(crate) fn worked(&self) -> Duration {
        /// In what Linux tells programs, whatever it counts in itself.
        const TICKS_A_SECOND: u32 = 100;

        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        // The second field, its name in parentheses, may have anything in it, also spaces: the third follows the last of them.
        let (_, from_third) = stat.rsplit_once(") ").unwrap();
        let mut ticks = from_third.split(' ').skip(14 - 3).map(|field| field.parse::<u32>().unwrap());
        let (user, system) = (ticks.next().unwrap(), ticks.next().unwrap());
        Duration::from_secs(1) * (user + system) / TICKS_A_SECOND
    }

    /// Waits until it listens to datagrams of UDP, and tells where.
    #[track_caller]
    pub(crate) fn address(&self) -> SocketAddr {
        self.address_of(" (UDP)")
    }

    /// Waits until it listens to connections of lines, and tells where.
    #[track_caller]
    pub(crate) fn tcp_address(&self) -> SocketAddr {
        self.address_of(" (TCP)")
    }

    /// Waits until it listens to what it calls so, and tells where.
    #[track_caller]
    pub(crate) fn address_of(&self, what: &str) -> SocketAddr {
        let said = self.said(what);
        let (before, _) = said.split_once(what).expect("it has been waited for");
        let address = before.rsplit(' ').next().and_then(|word| word.parse().ok());
        address.unwrap_or_else(|| panic!("it doesn't say where it listens: {said}"))
    }

    /// Waits until it has said this on its standard error; gives all that it has said.
    #[track_caller]
    pub(crate) fn said(&self, what: &str) -> String {
        until(what, || Some(self.err.text()).filter(|text| text.contains(what)))
    }

    /// Whether it has said this on its standard error so far.
    pub(crate) fn has_said(&self, what: &str) -> bool {
        self.err.text().contains(what)
    }

    /// Whether it has printed this on its standard output so far.
    pub(crate) fn has_printed(&self, what: &str) -> bool {
        self.out.text().contains(what)
    }

    /// Waits until so many lines have come on its standard output; gives all of them.
    #[track_caller]
    pub(crate) fn printed(&self, lines: usize) -> String {
        until("enough lines", || Some(self.out.text()).filter(|text| text.matches('\n').count() >= lines))
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        // One that has ended is there until it is waited for.
        let sent = Command::new("kill").args(["-s", name, &self.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Closes its standard input, and waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ended {
        drop(self.process.0.stdin.take());
        self.ended()
    }

    /// Waits for its end, with its standard input open.
    #[track_caller]
    pub(crate) fn ended(mut self) -> Ended {
        let status = until("the end", || self.process.0.try_wait().unwrap());
        Ended { code: status.code(), out: self.out.end(), err: self.err.end() }
    }
}

/// What the system says of a process' memory, in KiB. `None` if it has ended.
pub(crate) fn memory(process: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < DEADLINE, "{what} didn't come");
        sleep(Duration::from_millis(5));
    }
}

/// What came of a run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// `None` if a signal has killed it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Self {
        assert_eq!(self.code, Some(expected), "{self:?}");
        self
    }

    /// It has gone well, has printed this, and had nothing to say.
    #[track_caller]
    pub(crate) fn printed(self, expected: &str) {
        assert_eq!(self, Self { code: Some(0), out: expected.to_owned(), err: String::new() });
    }

    /// It has failed with this code, has printed nothing, and has said this.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, expected: &str) {
        assert_eq!(self, Self { code: Some(code), out: String::new(), err: expected.to_owned() });
    }

    /// It has said all of this.
    #[track_caller]
    pub(crate) fn said(self, expected: &[&str]) -> Self {
        for expected in expected {
            assert!(self.err.contains(expected), "{expected:?} is not in:\n{}", self.err);
        }
        self
    }

    /// The JSON lines that it has printed, as name, value and tags.
    #[track_caller]
    pub(crate) fn elements(&self) -> Vec<(String, f64, Value)> {
        elements(&self.out)
    }
}

/// JSON lines as name, value and tags.
#[track_caller]
pub(crate) fn elements(lines: &str) -> Vec<(String, f64, Value)> {
    let element = |line: &str| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        (line["name"].as_str().unwrap().to_owned(), line["value"].as_f64().unwrap(), line["tags"].take())
    };
    lines.lines().map(element).collect()
}

/// The sum of the values of all elements of this name.
pub(crate) fn sum_of(name: &str, lines: &str) -> f64 {
    elements(lines).into_iter().filter(|element| element.0 == name).map(|element| element.1).sum()
}
