//! Files that are no store, and stores that can't be used: each has an error that says so.

use std::error::Error;
use std::fs;
use std::path::Path;

use metrix::{Sink, WriteError};
use metrix_io::sinks::sqlite::{Sqlite, Store, StoreError, StoreErrorKind};
use rusqlite::Connection;

use super::{Place, element};

/// What the store says, behind what the write says.
fn why(error: &WriteError) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

#[track_caller]
fn check(result: Result<impl Sized, StoreError>, kind: StoreErrorKind, message: &str) {
    let Err(error) = result else { panic!("{kind:?} was expected") };
    assert_eq!(error.kind, kind, "{error}");
    assert!(error.to_string().contains(message), "{error}");
    assert!(!error.is_retryable(), "{error}");
}

#[track_caller]
fn check_both(path: &Path, kind: StoreErrorKind, message: &str) {
    check(Sqlite::open(path), kind, message);
    check(Store::open_read_only(path), kind, message);
}

#[test]
fn a_file_of_something_else_is_left_alone() {
    let place = Place::new();
    let text = "a diary, which is longer than the header of a database: dear diary, ...".repeat(20);
    fs::write(&place.0, &text).unwrap();
    check_both(&place.0, StoreErrorKind::NotAStore, "is no store of metrix: name another file");
    assert_eq!(fs::read_to_string(&place.0).unwrap(), text);
    assert_eq!(place.files().filter(|file| file.exists()).count(), 1);
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let place = Place::new();
    Connection::open(&place.0).unwrap().execute_batch("CREATE TABLE diary (entry TEXT)").unwrap();
    let before = fs::read(&place.0).unwrap();
    check_both(&place.0, StoreErrorKind::NotAStore, "is no store of metrix");
    assert_eq!(fs::read(&place.0).unwrap(), before);
}

#[test]
fn an_empty_file_can_be_written_and_has_nothing_to_read() {
    let place = Place::new();
    fs::write(&place.0, "").unwrap();
    check(Store::open_read_only(&place.0), StoreErrorKind::NotAStore, "is no store");
    drop(place.open());
    assert!(place.all().is_empty());
}

#[test]
fn a_newer_version_is_named() {
    let place = Place::new();
    drop(place.open());
    Connection::open(&place.0).unwrap().execute_batch("PRAGMA user_version = 7").unwrap();
    check_both(&place.0, StoreErrorKind::Newer(7), "has version 7, and those up to 1 are known: use a newer program");
}

#[test]
fn paths_where_no_file_can_be() {
    let place = Place::new();
    check(Store::open_read_only(&place.0), StoreErrorKind::Missing, "write to it first");
    assert!(!place.0.exists(), "reading creates nothing");
    check(Sqlite::open(place.0.join("metrix.db")), StoreErrorKind::Unopenable, "a folder that exists");
    check(Sqlite::open(""), StoreErrorKind::Unopenable, "name a file");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    check_both(folder, StoreErrorKind::Unopenable, "name a file");
}

/// Linux has folders in which nobody can create a file, not even root.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written() {
    check(Sqlite::open("/proc/metrix.db"), StoreErrorKind::Unopenable, "may be written");
}

/// What SQLite has names for, for databases in memory, is a file like any other.
#[test]
fn special_names_are_names_of_files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("special-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in [":memory:", "file:a?mode=memory", "a b%20c'\"ü"] {
        let path = folder.join(name);
        drop(Sqlite::open(&path).unwrap());
        assert!(path.exists(), "{name}");
        assert!(Store::open_read_only(&path).unwrap().series().unwrap().is_empty());
    }
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_file_that_somebody_holds_is_worth_another_try() {
    let place = Place::new();
    let mut sink = place.open();
    let other = Connection::open(&place.0).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = sink.write(&[element("a", 1.0, 1)]).await.unwrap_err();
    assert!(error.is_retryable() && error.positions().is_none(), "{error}");
    assert!(why(&error).contains("another program holds"), "{error:?}");
    // A reader does not mind.
    assert!(place.all().is_empty());
    other.execute_batch("COMMIT").unwrap();
    sink.write(&[element("a", 1.0, 1)]).await.unwrap();
    assert_eq!(place.all(), [element("a", 1.0, 1)]);
}

#[tokio::test]
async fn a_file_with_holes_is_an_error_and_no_panic() {
    let place = Place::new();
    let mut sink = place.open();
    let batch: Vec<_> = (0..5000).map(|secs| element("a", 1.0, secs)).collect();
    sink.write(&batch).await.unwrap();
    sink.close().await.unwrap();
    let mut bytes = fs::read(&place.0).unwrap();
    // The header stays, and with it the page of the tables' definitions.
    bytes[8192..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(&place.0, bytes).unwrap();
    let error = place.store().query(&metrix_io::sinks::sqlite::Query::default()).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Damaged, "{error}");
    let error = place.open().write(&batch).await.unwrap_err();
    assert!(!error.is_retryable() && why(&error).contains("is damaged"), "{error:?}");
}
