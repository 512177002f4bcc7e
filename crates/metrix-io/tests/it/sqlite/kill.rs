//! A process that is killed in the middle of writing leaves a store with all that it was told is written.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use metrix::{MElement, Sink};
use metrix_io::sinks::sqlite::Sqlite;

use super::Place;
use crate::hostile::hostile_batch;

/// Tells the process which store to write to, until it is killed.
const STORE: &str = "METRIX_TEST_KILL_STORE";

/// Enough to overwrite and to add pages with each batch.
fn batch(number: i64) -> Vec<MElement> {
    hostile_batch(number, 100)
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

        let found = place.by_time();
        let batches = found.chunks(100).map(<[MElement]>::to_vec).enumerate();
        let wrong = batches.clone().find(|(number, found)| *found != batch(*number as i64));
        assert_eq!(wrong, None, "each batch is there whole and once, or not at all");
        // The one after the last may have been written and not yet answered.
        let count = batches.len() as i64;
        assert!([last + 1, last + 2].contains(&count), "{count} batches, answered up to {last}");
        next = last + 1;
    }
    let sound: String = rusqlite::Connection::open(&place.0)
        .unwrap()
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}
