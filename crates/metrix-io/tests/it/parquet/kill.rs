//! A process that is killed in the middle of writing leaves all that it was told is written, and no half file.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use metrix::{MElement, Sink};
use metrix_io::sinks::parquet::Parquet;

use super::{names, stored};
use crate::hostile::hostile_batch;
use crate::peers::duckdb::rows;

/// Tells the process which folder to write into, until it is killed, and where to begin.
const FOLDER: &str = "METRIX_TEST_KILL_FOLDER";
const FIRST: &str = "METRIX_TEST_KILL_FIRST";
const BATCH: i64 = 100;

fn batch(number: i64) -> Vec<MElement> {
    hostile_batch(number, BATCH)
}

/// Writes batches and says so, for ever. Each third ends a file.
async fn write_until_killed(folder: std::ffi::OsString) {
    let mut sink = Parquet::open(folder).unwrap().rows(300.try_into().unwrap());
    let first: i64 = env::var(FIRST).unwrap().parse().unwrap();
    for number in first.. {
        sink.write(&batch(number)).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "written {number}").and_then(|()| out.flush()).unwrap();
    }
}

#[tokio::test]
async fn every_batch_that_was_answered_is_there_once() {
    if let Some(folder) = env::var_os(FOLDER) {
        return write_until_killed(folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut next = 0;
    for round in 0..4 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "parquet::kill::every_batch_that_was_answered_is_there_once", "--nocapture"])
            .env(FOLDER, folder.path())
            .env(FIRST, next.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut answered = lines.filter_map(|line| line.unwrap().rsplit_once("written ")?.1.parse::<i64>().ok());
        let mut last = answered.by_ref().find(|&number| number >= next + 20 + round).expect("it writes for ever");
        child.kill().unwrap();
        last = answered.last().unwrap_or(last);
        child.wait().unwrap();

        let left = names(folder.path());
        // What can be read at any time is whole.
        let before = rows(folder.path());
        Parquet::open(folder.path()).unwrap();
        let found = rows(folder.path());
        assert_eq!(found[..before.len()], before);
        assert_eq!(found.len() as i64 % BATCH, 0, "half a batch");
        let count = found.len() as i64 / BATCH;
        let written = (0..count).flat_map(batch).map(|element| stored(&element));
        let wrong = found.iter().zip(written).find(|(found, written)| *found != written);
        assert_eq!(wrong, None, "after {left:?}");
        // The one after the last may have been written and not yet answered.
        assert!([last + 1, last + 2].contains(&count), "{count} batches, answered up to {last}");
        assert!(names(folder.path()).iter().all(|name| name.ends_with(".parquet")));
        next = count;
    }
}
