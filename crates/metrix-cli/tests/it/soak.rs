//! A long run at 100 000 values a second: some seconds of it, or as many as `METRIX_SOAK_SECONDS` says. An hour is
//! `METRIX_SOAK_SECONDS=3600 cargo test --release -p metrix-cli --test it soak -- --nocapture`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use metrix_io::sources::TimeFormat;
use serde_json::Value;

use crate::program::{Scene, memory};

/// Values a second, in portions of so many milliseconds.
const RATE: u64 = 100_000;
const PORTION: u64 = 10;

const CONFIG: &str = r#"
[[source]]
type = "statsd"
path = "-"
[[stream]]
name = "soak"
agg = ["count", "sum", "p99"]
window = "1s"
[[sink]]
type = "jsonl"
path = "-"
"#;

/// What came out of one window, and when.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    length: i64,
    count: f64,
    /// How long after its end its last element was read, in nanoseconds.
    delay: i64,
    /// The program's memory then.
    resident_kib: u64,
}

#[test]
fn a_long_run_neither_grows_nor_drifts() {
    let seconds: u64 =
        std::env::var("METRIX_SOAK_SECONDS").map_or(8, |text| text.parse().expect("it is a number of seconds"));
    let scene = Scene::new();
    scene.write("soak.toml", CONFIG);
    // What it prints is looked at line by line, and isn't kept, as an hour has much of it.
    let mut program = scene
        .command()
        .args(["run", "--quiet", "soak.toml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = program.stdin.take().expect("it is piped");
    let output = BufReader::new(program.stdout.take().expect("it is piped"));

    let feeder = thread::spawn(move || {
        let start = Instant::now();
        let (mut lines, mut stood_still) = (String::new(), 0);
        for portion in 0..seconds * 1000 / PORTION {
            lines.clear();
            for value in 0..RATE * PORTION / 1000 {
                let _ = writeln!(lines, "soak:{}|ms|#series:{}", (portion + value) % 500, value % 100);
            }
            input.write_all(lines.as_bytes()).expect("the program reads");
            // The rate is the point of it: the next portion has its time.
            let (now, next) = (Instant::now(), start + Duration::from_millis((portion + 1) * PORTION));
            thread::sleep(next.saturating_duration_since(now));
            // This counts how late it wakes up, which is not the program's doing.
            stood_still += next.max(now).elapsed().as_secs();
        }
        stood_still
    });

    let mut windows: BTreeMap<i64, Window> = BTreeMap::new();
    for line in output.lines() {
        let element: Value = serde_json::from_str(&line.expect("the program writes text")).expect("a line is JSON");
        let (start, end) = (nanos(&element["start"]), nanos(&element["end"]));
        let window = windows.entry(start).or_default();
        window.length = end - start;
        if element["name"] == "soak.count" {
            window.count += element["value"].as_f64().expect("a count is a number");
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970").as_nanos();
        window.delay = i64::try_from(now).expect("the clock is before 2262") - end;
        // It is gone once the program has ended.
        window.resident_kib = memory(program.id(), "VmRSS").unwrap_or(window.resident_kib);
    }
    let stood_still = feeder.join().expect("all is fed");
    assert!(program.wait().expect("it is a child of ours").success());
    check(seconds, stood_still, &windows);
}

/// `windows` by their starts. The machine stood still for so many whole seconds.
#[expect(clippy::print_stdout, reason = "the figures of an hour are what it is run for")]
fn check(seconds: u64, stood_still: u64, windows: &BTreeMap<i64, Window>) {
    const SECOND: i64 = 1_000_000_000;
    let sent = (RATE * seconds) as f64;
    assert_eq!(windows.values().map(|window| window.count).sum::<f64>(), sent, "no value is lost or counted twice");
    // The last one is closed by the end of the input.
    let closed: Vec<Window> = windows.values().copied().take(windows.len() - 1).collect();
    let missing = (seconds + 1).saturating_sub(closed.len() as u64 + 1);
    assert!(missing <= 2 + seconds / 100 + stood_still, "only {} windows in {seconds} s", closed.len());
    assert!(closed.iter().all(|window| window.length == SECOND));
    // A second in which the machine stands still has no value, and no window.
    assert!(windows.keys().all(|start| start % SECOND == 0), "each begins with a second: {:?}", windows.keys());
    let delays: Vec<i64> = closed.iter().map(|window| window.delay).collect();
    let (least, most) = bounds(&delays);
    // A clock that is set meanwhile shifts them; a machine that is busy delays them.
    assert!(-SECOND / 10 < least && most < 10 * SECOND, "from {least} to {most} ns after their ends");
    // A busy machine delays some; only a drift delays the least delayed of them.
    let quarter = delays.len().div_ceil(4);
    let (first, last) = (bounds(&delays[..quarter]).0, bounds(&delays[delays.len() - quarter..]).0);
    assert!((last - first).abs() <= SECOND / 2, "it drifts from {first} to {last} ns after the ends: {delays:?}");

    // The first windows fill what is filled once.
    let warm = &closed[closed.len() / 4..];
    let peak = |windows: &[Window]| windows.iter().map(|window| window.resident_kib).max().unwrap_or_default();
    let (before, after) = (peak(&warm[..warm.len() / 2]), peak(&warm[warm.len() / 2..]));
    println!(
        "{seconds} s, {} windows: {:.1} to {:.1} ms after their ends; {before} KiB at most in the first half, {after} in the second",
        closed.len(),
        least as f64 / 1e6,
        most as f64 / 1e6
    );
    assert!(after <= before + 2048, "{before} KiB grow to {after} KiB");
}

/// The least and the most of them.
fn bounds(delays: &[i64]) -> (i64, i64) {
    let (least, most) = (delays.iter().min(), delays.iter().max());
    least.zip(most).map(|(least, most)| (*least, *most)).expect("there are some windows")
}

fn nanos(text: &Value) -> i64 {
    TimeFormat::Rfc3339.parse(text.as_str().expect("a time is a text")).expect("it is RFC 3339").as_nanos()
}
