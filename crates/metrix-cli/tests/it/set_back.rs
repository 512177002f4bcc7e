//! The wall clock is set back by an hour while the program runs.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use metrix_io::sources::TimeFormat;
use serde_json::Value;

use crate::peers::installed;
use crate::program::{Running, Scene, until};

const CONFIG: &str = r#"
[[source]]
type = "jsonl"
path = "-"
[[source]]
type = "host"
every = "100ms"
[[stream]]
name = "fed"
agg = ["count"]
window = "200ms"
[[stream]]
name = "load.*"
agg = ["count"]
window = "200ms"
[[sink]]
type = "jsonl"
path = "-"
"#;

const WINDOW: i64 = 200_000_000;
const HOUR: i64 = 3_600_000_000_000;

/// A wall clock that is not the machine's. What it says is in a file.
struct Clock {
    folder: tempfile::TempDir,
    library: PathBuf,
}

impl Clock {
    fn new(offset: &str) -> Self {
        let library = installed("libfaketime", || {
            let folders = fs::read_dir("/usr/lib").ok()?.flatten();
            // The one for programs of several threads.
            folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|path| path.exists())
        });
        let clock = Self { folder: tempfile::tempdir().expect("there is room for a folder"), library };
        clock.set(offset);
        clock
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("offset")
    }

    /// Sets it so far from the machine's clock; at once, as whoever reads the file sees the old one or the new one.
    fn set(&self, offset: &str) {
        let new = self.folder.path().join("new");
        fs::write(&new, offset).expect("there is room for a file");
        fs::rename(new, self.file()).expect("it is the same folder");
    }

    /// Gives it to a program. The monotonic clock stays as it is, as it does when somebody sets the wall clock.
    fn give_to(&self, command: &mut Command) {
        let of_clock: [(&str, OsString); 4] = [
            ("LD_PRELOAD", self.library.clone().into()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ];
        command.envs(of_clock);
    }

    /// How far it goes before the machine's, in nanoseconds, as another program sees it.
    fn offset(&self) -> i64 {
        let mut date = Command::new("date");
        self.give_to(date.arg("+%s%N"));
        let text = String::from_utf8(date.output().expect("it starts").stdout).expect("it says digits");
        text.trim().parse::<i64>().unwrap_or_else(|error| panic!("{text} is no time: {error}")) - now()
    }
}

/// The machine's time.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970");
    i64::try_from(since.as_nanos()).expect("the clock is before 2262")
}

fn nanos(element: &Value, key: &str) -> i64 {
    let text = element[key].as_str().expect("a time is text");
    TimeFormat::Rfc3339.parse(text).expect("it is RFC 3339").as_nanos()
}

/// The windows of an element's name so far, which follow each other, and the counts in them.
#[track_caller]
fn windows(printed: &str, name: &str) -> Vec<(i64, f64)> {
    let (lines, _begun) = printed.rsplit_once('\n').unwrap_or_default();
    let elements = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let windows: Vec<(i64, f64)> = elements
        .filter(|element| element["name"] == name)
        .map(|element| {
            assert_eq!(nanos(&element, "end") - nanos(&element, "start"), WINDOW, "{element}");
            (nanos(&element, "start"), element["value"].as_f64().expect("a count is a number"))
        })
        .collect();
    for pair in windows.windows(2) {
        let step = pair[1].0 - pair[0].0;
        assert!(step > 0 && step % WINDOW == 0, "{name}: {windows:?}");
    }
    windows
}

#[test]
fn windows_keep_their_order() {
    // Three hours before the machine's, so that it shows that the program goes by this one.
    let (clock, scene) = (Clock::new("-3h"), Scene::new());
    scene.write("config.toml", CONFIG);
    let mut command = scene.command();
    clock.give_to(command.args(["run", "config.toml"]));
    let mut program = Running::start(command);

    let fed = |program: &Running| windows(&program.printed(0), "fed.count");
    // Of the stream that has fewer of them.
    let closed = |program: &Running| fed(program).len().min(windows(&program.printed(0), "load.1.count").len());
    let mut sent = 0.0;
    let mut feed_until = |program: &mut Running, enough: usize| {
        until("enough windows", || {
            program.stdin().write_all(b"{\"name\": \"fed\", \"value\": 1}\n").expect("the program reads");
            sent += 1.0;
            (closed(program) >= enough).then_some(())
        });
    };
    feed_until(&mut program, 3);
    let before = clock.offset() + 3 * HOUR;
    clock.set("-4h");
    let after = clock.offset() + 4 * HOUR;
    assert!(before.abs() < HOUR / 60 && after.abs() < HOUR / 60, "the clock is not set: {before} {after}");
    let so_far = closed(&program);
    feed_until(&mut program, so_far + 5);
    // The last window closes, though nothing more comes.
    let counted = |windows: Vec<(i64, f64)>| windows.iter().map(|(_, count)| count).sum::<f64>();
    until("the last window", || (counted(fed(&program)) >= sent).then_some(()));

    program.signal("TERM");
    // Its input had not ended.
    let ended = program.ended().code(143);
    assert_eq!(counted(windows(&ended.out, "fed.count")), sent);
    for name in ["fed.count", "load.1.count"] {
        let windows = windows(&ended.out, name);
        assert!(windows.len() >= 8, "{name}: {windows:?}");
        // All by the clock as it was when the program started.
        let offsets: Vec<i64> = windows.iter().map(|(start, _)| start + 3 * HOUR - now()).collect();
        assert!(offsets.iter().all(|offset| offset.abs() < HOUR / 30), "{name}: {offsets:?}");
    }
}
