//! Servers that are killed in the middle, and sinks that wait for them.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::clients::python::python;
use crate::ports::free_ports;
use crate::program::{Scene, until};

/// So many lines are written before those that were written before them are waited for.
const CHUNK: usize = 2000;
const CHUNKS: usize = 80;
const ALL: usize = CHUNK * CHUNKS;

/// A server of lines, killed by SIGKILL when it is dropped. What it has read is in its file.
struct Server {
    process: Child,
    file: PathBuf,
}

impl Server {
    fn start(port: u16, file: PathBuf) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients/lines_server.py");
        let mut command = Command::new(python());
        command.arg(script).arg(port.to_string()).arg(&file).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "ready");
        Self { process, file }
    }

    /// Whether it has read this number or a later one.
    fn has_come_to(&self, number: usize, of: fn(&str) -> Option<usize>) -> bool {
        let mut file = File::open(&self.file).unwrap();
        let begin = file.metadata().unwrap().len().saturating_sub(100);
        file.seek(SeekFrom::Start(begin)).unwrap();
        let mut tail = String::new();
        file.read_to_string(&mut tail).unwrap();
        // The first line may have lost its beginning, and the last its end.
        let last = tail.lines().rev().nth(1);
        tail.lines().count() > 2 && last.and_then(of).is_some_and(|last| last >= number)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The numbers in the lines of a file, in order. A line that has no end is none.
fn numbers(file: &Path, of: fn(&str) -> Option<usize>) -> Vec<usize> {
    let text = fs::read_to_string(file).unwrap();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(|line| of(line).unwrap_or_else(|| panic!("{line:?}"))).collect()
}

/// How many numbers the first of two servers has read, and from which on the second has, which is there in its place when the first was
/// killed. No more than three chunks are on their way to either.
fn killed(sink: &str, of: fn(&str) -> Option<usize>) -> (usize, usize) {
    let scene = Scene::new();
    let [first, second] = ["first", "second"].map(|file| scene.path(file));
    let [port] = free_ports();
    let mut server = Server::start(port, first.clone());
    let config = format!(
        "[[source]]\ntype = \"jsonl\"\n[[stream]]\nname = \"n\"\nagg = [\"last\"]\nbatch = 1\n\
         [[sink]]\ntype = \"{sink}\"\nurl = \"tcp://127.0.0.1:{port}\"\nqueue = 100\noverflow = \"block\"\nattempts = \"forever\"\n"
    );
    let mut program = scene.start(&config, &[]);
    let mut stdin = program.take_stdin();
    for chunk in 0..CHUNKS {
        let line = |n: usize| format!("{{\"name\":\"n\",\"value\":{n},\"at\":{}}}\n", n + 1);
        let lines: String = (chunk * CHUNK..(chunk + 1) * CHUNK).map(line).collect();
        stdin.write_all(lines.as_bytes()).unwrap();
        if chunk == CHUNKS / 2 {
            drop(server);
            server = Server::start(port, second.clone());
        } else if chunk > 0 {
            until("the elements", || server.has_come_to((chunk - 1) * CHUNK, of).then_some(()));
        }
    }
    drop(stdin);
    program.end().code(0).said(&[&format!("{ALL} delivered")]);
    let [first, second] = [first, second].map(|file| numbers(&file, of));
    let (end, begin) = (first.len(), second[0]);
    assert!(end >= (CHUNKS / 2 - 2) * CHUNK, "{end}");
    assert_eq!(first, (0..end).collect::<Vec<_>>(), "nothing is missing before it was killed");
    assert_eq!(second, (begin..ALL).collect::<Vec<_>>(), "nothing is missing after it has come again");
    (end, begin)
}

/// What was on its way when the server died is lost, and nothing is sent again but what had failed.
#[test]
fn statsd_lacks_what_was_on_its_way() {
    let number = |line: &str| line.strip_prefix("n.last:")?.strip_suffix("|g")?.parse().ok();
    let (end, begin) = killed("statsd", number);
    assert!(begin.abs_diff(end) <= 3 * CHUNK, "{end} {begin}");
}

/// What was sent last is sent again, up to a MiB, so that nothing is missing.
#[test]
fn graphite_lacks_nothing() {
    let number = |line: &str| {
        let (number, second) = line.strip_prefix("n.last ")?.split_once(' ')?;
        let number: usize = number.parse().ok()?;
        (second.parse::<usize>().ok()? == number + 1).then_some(number)
    };
    let (end, begin) = killed("graphite", number);
    assert!(begin <= end, "{end} {begin}");
    // A MiB of lines such as `n.last 80000 80001`.
    assert!(end - begin <= (1 << 20) / 16, "{end} {begin}");
}
