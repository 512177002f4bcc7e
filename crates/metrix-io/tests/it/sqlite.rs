//! The store in an SQLite file: what is written is read back.

mod concurrent;
mod faults;
mod kill;
mod queries;
mod retention;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use metrix::testing::{Arrival, Order, SinkConformance};
use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::sinks::sqlite::{Query, Sqlite, Store};

use crate::hostile::{START, hostile_elements};
use crate::peers::sqlite3::{Row, elements};

/// The path of a store that is gone with it.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("store-{}-{number}.db", std::process::id());
        let place = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        place.clear();
        place
    }

    /// The file itself and those that stand beside it.
    fn files(&self) -> impl Iterator<Item = PathBuf> {
        ["", "-wal", "-shm"].into_iter().map(|end| {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            path.into()
        })
    }

    fn clear(&self) {
        for file in self.files() {
            let _may_not_exist = fs::remove_file(file);
        }
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.0).unwrap()
    }

    fn store(&self) -> Store {
        Store::open_read_only(&self.0).unwrap()
    }

    fn all(&self) -> Vec<MElement> {
        self.store().query(&Query::default()).unwrap()
    }

    fn by_time(&self) -> Vec<MElement> {
        let mut all = self.all();
        all.sort_by_key(|element| element.at);
        all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.clear();
    }
}

fn element(name: &str, value: f64, secs: i64) -> MElement {
    MElement::new(name, value, tags! { "k" => "v" }, Timestamp::from_secs(secs))
}

#[test]
fn conformance() {
    let make = || {
        let place = Place::new();
        (place.open(), place)
    };
    let check = SinkConformance::new(make, async |place: Place| place.all());
    check.order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

/// The last batches are written twice, as they are when an answer was lost.
#[tokio::test]
async fn all_arrive_once() {
    let place = Place::new();
    let mut all = hostile_elements(10_000);
    for (number, element) in all.iter_mut().enumerate().filter(|(number, _)| number % 3 == 0) {
        element.start = Some(Timestamp::from_secs(START - number as i64));
    }
    let mut sink = place.open();
    for batch in all.chunks(1000).chain(all[8000..].chunks(1000)) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    let found = place.by_time();
    let wrong = found.iter().zip(&all).find(|(found, sent)| found != sent);
    assert_eq!((wrong, found.len()), (None, all.len()));
    let found = elements(&place.0);
    let expected: Vec<Row> = all.iter().map(row).collect();
    let wrong = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert_eq!((wrong, found.len()), (None, expected.len()));
}

/// What another program reads of an element, by the table of the docs.
fn row(element: &MElement) -> Row {
    let tags = element.tags.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    (element.name.to_string(), element.at.as_nanos(), element.start.map(Timestamp::as_nanos), element.value, tags)
}

#[tokio::test]
async fn elements_are_a_set() {
    let place = Place::new();
    let mut sink = place.open();
    let one = element("a", 1.0, 5);
    let others = [
        element("b", 1.0, 5),
        element("a", 2.0, 5),
        element("a", 1.0, 6),
        one.clone().since(Timestamp::from_secs(5)),
        MElement::new("a", 1.0, tags! {}, one.at),
    ];
    let mut batch = others.to_vec();
    batch.extend([one.clone(), one]);
    for _ in 0..3 {
        sink.write(&batch).await.unwrap();
    }
    let stored = place.all();
    assert_eq!(stored.len(), 6, "{stored:?}");
    assert!(batch.iter().all(|element| stored.contains(element)), "{stored:?}");
}

#[tokio::test]
async fn values_that_are_no_numbers_are_refused_and_all_others_are_stored() {
    let place = Place::new();
    let batch = [f64::NAN, f64::INFINITY, 0.1, f64::NAN, f64::MIN_POSITIVE, 1e300].map(|value| element("a", value, 1));
    let error = place.open().write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[0, 3][..]));
    let values: Vec<f64> = place.all().iter().map(|element| element.value).collect();
    assert_eq!(values, [f64::MIN_POSITIVE, 0.1, 1e300, f64::INFINITY]);
}

/// An empty file is as good as none; and a store is opened again with what it has.
#[tokio::test]
async fn a_store_is_opened_again() {
    let place = Place::new();
    fs::write(&place.0, "").unwrap();
    for secs in 0..3 {
        let mut sink = place.open();
        sink.write(&[element("a", 1.0, secs)]).await.unwrap();
        sink.close().await.unwrap();
        let files: Vec<bool> = place.files().map(|file| file.exists()).collect();
        assert_eq!(files, [true, false, false], "a closed store is one file");
    }
    assert_eq!(place.all(), [0, 1, 2].map(|secs| element("a", 1.0, secs)));
}

/// Its tables are for other programs too.
#[tokio::test]
async fn the_tables_are_as_documented() {
    let place = Place::new();
    let batch = [element("a", 1.5, 2).since(Timestamp::EPOCH), element("b", 3.0, 4)];
    place.open().write(&batch).await.unwrap();
    let sql =
        "SELECT name, json_extract(tags, '$.k'), at, start, value FROM points JOIN series ON series = id ORDER BY at";
    let connection = rusqlite::Connection::open(&place.0).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let text = |place| row.get::<_, String>(place);
        Ok((text(0)?, text(1)?, row.get::<_, i64>(2)?, row.get::<_, rusqlite::types::Value>(3)?, row.get::<_, f64>(4)?))
    });
    let rows: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let v = || "v".to_owned();
    let first = ("a".into(), v(), 2_000_000_000, 0.into(), 1.5);
    let second = ("b".into(), v(), 4_000_000_000, String::new().into(), 3.0);
    assert_eq!(rows, [first, second]);
}
