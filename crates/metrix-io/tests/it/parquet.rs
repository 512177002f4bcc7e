//! The sink of Parquet files, which DuckDB reads.

mod damage;
mod faults;
mod files;
mod kill;
mod memory;
mod read;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use metrix::testing::{Arrival, SinkConformance};
use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::parquet::{Compression, Parquet};

use crate::hostile::{START, hostile_elements};
use crate::peers::duckdb::{Row, rows};

/// What a reader gets of an element, by the table of the docs.
fn stored(element: &MElement) -> Row {
    let micros = |at: Timestamp| at.as_nanos().div_euclid(1000);
    let tags = element.tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>();
    (element.name.to_string(), micros(element.at), element.start.map(micros), element.value, tags)
}

fn element(number: i64) -> MElement {
    let at = Timestamp::from_secs(START + number);
    MElement::new("n.sum", number as f64, tags! { "n" => number % 7 }, at)
}

fn elements(numbers: std::ops::Range<i64>) -> Vec<MElement> {
    numbers.map(element).collect()
}

/// The names of the files in a folder, but for the one that locks it.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != ".metrix.lock").collect();
    names.sort();
    names
}

#[test]
fn conformance() {
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        (Parquet::open(folder.path()).unwrap(), folder)
    };
    let read = async |folder: tempfile::TempDir| {
        // What was flushed and not closed is in a journal, as after a crash.
        Parquet::open(folder.path()).unwrap().close().await.unwrap();
        read::rows(folder.path())
    };
    SinkConformance::new(make, read).expecting(stored).arrival(Arrival::AtLeastOnce).check();
}

#[tokio::test]
async fn all_arrive_at_duckdb() {
    let mut all = hostile_elements(10_000);
    for (number, element) in all.iter_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
        element.start = Some(Timestamp::from_secs(START - number as i64));
    }
    for compression in [Compression::None, Compression::Snappy, Compression::Zstd] {
        let folder = tempfile::tempdir().unwrap();
        let mut sink = Parquet::open_compressed(folder.path(), compression).unwrap().rows(3000.try_into().unwrap());
        for batch in all.chunks(1000) {
            sink.write(batch).await.unwrap();
        }
        sink.close().await.unwrap();
        assert_eq!((names(folder.path()).len(), sink.counts().files()), (4, 4));
        let expected: Vec<Row> = all.iter().map(stored).collect();
        let found = rows(folder.path());
        let wrong = found.iter().zip(&expected).find(|(found, expected)| found != expected);
        assert_eq!((wrong, found.len()), (None, expected.len()), "{compression:?}");
    }
}
