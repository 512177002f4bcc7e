//! Parquet files, which DuckDB reads.

use std::fs::{self, DirEntry};
use std::io::Write;
use std::net::UdpSocket;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::clients::python::python;
use crate::program::{Scene, until};

const CONFIG: &str = r#"
[[source]]
type = "statsd"
path = "-"
[[stream]]
name = "*"
agg = ["sum"]
batch = 1
[[sink]]
type = "parquet"
path = "files"
rows = 1000
"#;

/// The values of the elements in all files, in the order in which they were written.
fn values(scene: &Scene) -> Vec<f64> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metrix-io/tests/it/peers/parquet_rows.py");
    let output = Command::new(python()).arg(script).arg(scene.path("files")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let value = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&row[0], &row[4]), (&"m.sum".into(), &serde_json::json!({ "a": "b" })));
        row[3].as_str().unwrap().parse().unwrap()
    };
    text.lines().map(value).collect()
}

/// Counters with these values.
fn lines(values: std::ops::Range<u32>) -> String {
    values.map(|value| format!("m:{value}|c|#a:b\n")).collect()
}

/// Whether the program writes there, and so has the folder to itself.
fn has_journal(scene: &Scene) -> bool {
    let is_journal = |file: DirEntry| file.path().extension().is_some_and(|kind| kind == "rows");
    fs::read_dir(scene.path("files")).is_ok_and(|mut files| files.any(|file| is_journal(file.unwrap())))
}

/// What was written before it was killed is read once it has been started again, and nothing comes twice.
#[test]
fn nothing_is_lost_or_doubled_when_it_is_killed() {
    let scene = Scene::new();
    let mut program = scene.start(CONFIG, &[]);
    program.stdin().write_all(lines(0..5500).as_bytes()).unwrap();
    let has_files = || fs::read_dir(scene.path("files")).is_ok_and(|files| files.count() > 4);
    until("some files", || has_files().then_some(()));
    program.signal("KILL");
    program.ended();

    // It takes up what was left behind, and has nothing else to do.
    scene.run(CONFIG, &[], "").code(0);
    let found = values(&scene);
    let count = u32::try_from(found.len()).unwrap();
    assert!((2000..=5500).contains(&count), "{count}");
    assert!(found.iter().copied().eq((0..count).map(f64::from)), "{found:?}");

    scene.run(CONFIG, &[], lines(count..6000)).code(0);
    assert!(values(&scene).into_iter().eq((0..6000).map(f64::from)));
    for file in fs::read_dir(scene.path("files")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(name.ends_with(".parquet") || name == ".metrix.lock", "{name}");
    }
}

/// For longer than a write is tried five times.
#[test]
fn nothing_is_refused_while_the_folder_is_away() {
    let scene = Scene::new();
    let config = CONFIG.replace("path = \"-\"", "listen = \"udp://127.0.0.1:0\"") + "overflow = \"block\"\n";
    let program = scene.start(&config, &[]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    let send = |values| client.send_to(lines(values).as_bytes(), program.address()).unwrap();
    send(0..10);
    until("a journal", || has_journal(&scene).then_some(()));
    fs::rename(scene.path("files"), scene.path("away")).unwrap();
    send(10..20);
    // It was tried five times in a second.
    let begun = Instant::now();
    until("some seconds", || (begun.elapsed() > Duration::from_secs(4)).then_some(()));
    fs::rename(scene.path("away"), scene.path("files")).unwrap();
    send(20..30);
    program.signal("TERM");
    program.ended().code(0);
    assert_eq!(values(&scene), (0..30).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_folder_is_of_one_program() {
    let scene = Scene::new();
    let mut first = scene.start(CONFIG, &[]);
    first.stdin().write_all(lines(0..1).as_bytes()).unwrap();
    until("a journal", || has_journal(&scene).then_some(()));
    let second = scene.run(CONFIG, &[], "");
    assert_ne!(second.code, Some(0), "{second:?}");
    second.said(&[
        "sink \"parquet files\": it can't be opened: no Parquet files can be written into files",
        "another sink or program",
    ]);
    first.end().code(0);
}
