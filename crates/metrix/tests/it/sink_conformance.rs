//! Every sink keeps the contract: one line each.

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt;
use metrix::sink::{Channel, Csv, Forward, JsonLines, Log, Memory, Print};
use metrix::testing::{Act, Recorded, Scripted, SinkConformance, sink_conformance};
use metrix::{MElement, Sink};
use tokio::task::JoinHandle;
use tracing::Level;

use crate::sinks::choppy::Choppy;
use crate::sinks::files::fresh;
use crate::sinks::log::Ear;
use crate::sinks::row::Row;

/// The sink that `make` makes of a writer that takes some bytes at a time.
fn on_choppy<S: Sink>(make: impl Fn(Choppy) -> S) -> impl Fn() -> (S, Choppy) {
    move || {
        let writer = Choppy::new(41);
        (make(writer.clone()), writer)
    }
}

fn on_file<S: Sink>(name: &str, make: impl Fn(&Path) -> io::Result<S>) -> impl Fn() -> (S, PathBuf) {
    move || {
        let path = fresh(name);
        (make(&path).unwrap(), path)
    }
}

fn read_file(path: PathBuf) -> String {
    let text = fs::read_to_string(&path).unwrap();
    fs::remove_file(path).unwrap();
    text
}

#[test]
fn memory() {
    let make = || {
        let sink = Memory::new(NonZeroUsize::new(1000).unwrap());
        (sink.clone(), sink)
    };
    sink_conformance(make, async |kept: Memory| kept.take());
}

#[test]
fn channel() {
    let make = || {
        let (sender, mut elements) = tokio::sync::mpsc::channel(2);
        let read = async move {
            let mut all = Vec::new();
            while let Some(element) = elements.recv().await {
                all.push(element);
            }
            all
        };
        (Channel::new(sender), tokio::spawn(read))
    };
    sink_conformance(make, async |read: JoinHandle<Vec<MElement>>| read.await.unwrap());
}

#[test]
fn forward() {
    let make = || {
        let (sender, elements) = futures::channel::mpsc::channel(1);
        (Forward::new(sender), tokio::spawn(elements.collect()))
    };
    sink_conformance(make, async |read: JoinHandle<Vec<MElement>>| read.await.unwrap());
}

#[test]
fn json_lines() {
    let read = async |writer: Choppy| Row::from_json(&writer.text());
    SinkConformance::new(on_choppy(JsonLines::new), read).expecting(Row::of).check();
}

#[test]
fn json_lines_in_a_file() {
    let read = async |path| Row::from_json(&read_file(path));
    SinkConformance::new(on_file("conformance.jsonl", |path| JsonLines::file(path)), read).expecting(Row::of).check();
}

#[test]
fn csv() {
    let read = async |writer: Choppy| Row::from_csv(&writer.text());
    SinkConformance::new(on_choppy(Csv::new), read).expecting(Row::of).check();
}

#[test]
fn csv_in_a_file() {
    let read = async |path| Row::from_csv(&read_file(path));
    SinkConformance::new(on_file("conformance.csv", |path| Csv::file(path)), read).expecting(Row::of).check();
}

#[test]
fn print() {
    let read = async |writer: Choppy| Row::from_printed(&writer.text());
    SinkConformance::new(on_choppy(Print::new), read).expecting(Row::timeless).check();
}

#[test]
fn log() {
    let ear = Ear::new(Level::INFO);
    let make = || {
        ear.take();
        (Log::new("metric: {} (end)").unwrap().target("conformance"), ear.clone())
    };
    let read = async |ear: Ear| {
        let events = ear.take().into_iter().filter(|event| event.0 == "conformance");
        let line =
            |message: &str| Row::from_printed_line(message.strip_prefix("metric: ")?.strip_suffix(" (end)")?).into();
        events.filter_map(|event| line(&event.2)).collect::<Vec<_>>()
    };
    let check = || SinkConformance::new(make, read).expecting(Row::timeless).check();
    tracing::subscriber::with_default(ear.clone(), check);
}

#[cfg(feature = "log")]
#[test]
fn log_through_log() {
    use crate::sinks::log::through_log::{listen, take};

    listen();
    let make = || {
        take("conformance");
        (Log::new("{}").unwrap().target("conformance").through_log(), ())
    };
    let read = async |()| take("conformance").iter().map(|line| Row::from_printed_line(&line.2)).collect::<Vec<_>>();
    SinkConformance::new(make, read).expecting(Row::timeless).check();
}

#[test]
fn scripted() {
    let make = || {
        let sink = Scripted::new([]);
        let recorded = sink.recorded();
        (sink, recorded)
    };
    sink_conformance(make, async |recorded: Recorded| recorded.written());
}

#[test]
fn scripted_slow_and_failing() {
    let make = || {
        let sink = Scripted::new([Act::Slow(Duration::from_secs(1)), Act::Halfway, Act::Fail]).repeat();
        let recorded = sink.recorded();
        (sink, recorded)
    };
    SinkConformance::new(make, async |recorded: Recorded| recorded.written()).paused().check();
}

/// The name of the type in a line such as `impl<W> Sink for JsonLines<W>`.
fn implementor(line: &str) -> Option<&str> {
    let (head, name) = line.split_once(" Sink for ")?;
    head.starts_with("impl").then(|| name.split(|c: char| !c.is_alphanumeric()).next()).flatten()
}

#[test]
fn every_sink_is_enrolled() {
    let enrolled = include_str!("sink_conformance.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sink");
    let sources = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut count = 0;
    for path in sources {
        let source = fs::read_to_string(&path).unwrap();
        for name in source.lines().filter_map(implementor) {
            assert!(enrolled.contains(&format!("{name}::")), "{name} has no line here, see {}", path.display());
            count += 1;
        }
    }
    assert!(count >= 7, "only {count} sinks were found in {folder}");
}
