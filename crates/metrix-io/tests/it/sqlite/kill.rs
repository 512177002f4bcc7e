//! A process that is killed in the middle of writing leaves a store with all that it was told is written.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::sqlite::{Query, Sqlite};

use super::Place;

/// Tells the process which store to write to, until it is killed.
const STORE: &str = "METRIX_TEST_KILL_STORE";
const BATCH: usize = 100;

/// Enough to overwrite and to add pages with each batch.
fn batch(number: i64) -> Vec<MElement> {
    let element = |place| {
        let tags = tags! { "place" => place, "batch" => number % 10 };
        MElement::new("killed", place as f64, tags, Timestamp::from_secs(number))
    };
    (0..BATCH).map(element).collect()
}

/// Writes batches and says so, for ever.
async fn write_until_killed(path: std::ffi::OsString) {
    let mut sink = Sqlite::open(path).unwrap();
    for number in 0.. {
        sink.write(&batch(number)).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "written {number}").and_then(|()| out.flush()).unwrap();
    }
}

#[tokio::test]
async fn every_batch_that_was_answered_is_there() {
    if let Some(path) = env::var_os(STORE) {
        return write_until_killed(path).await;
    }
    let place = Place::new();
    let mut next = 0;
    // Three times, as the second process also has to take over what the first one left.
    for _ in 0..3 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "sqlite::kill::every_batch_that_was_answered_is_there", "--nocapture"])
            .env(STORE, &place.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut answered = lines.filter_map(|line| line.unwrap().rsplit_once("written ")?.1.parse::<i64>().ok());
        // Each begins at 0, where writing changes nothing, and gets further than the one before.
        let mut last = answered.by_ref().find(|&number| number >= next + 20).expect("it writes for ever");
        child.kill().unwrap();
        last = answered.last().unwrap_or(last);
        child.wait().unwrap();

        let mut counts = BTreeMap::new();
        for element in place.store().query(&Query::default()).unwrap() {
            let number = element.at.as_nanos() / 1_000_000_000;
            assert!(batch(number).contains(&element), "{element:?} was never written");
            *counts.entry(number).or_insert(0) += 1;
        }
        assert!(counts.keys().copied().eq(0..counts.len() as i64), "{counts:?}");
        assert!(counts.values().all(|&count| count == BATCH), "half a batch: {counts:?}");
        // The one after the last may have been written and not yet answered.
        assert!(
            [last + 1, last + 2].contains(&(counts.len() as i64)),
            "{} batches, answered up to {last}",
            counts.len()
        );
        next = last + 1;
    }
    let sound: String = rusqlite::Connection::open(&place.0)
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}
