//! Files: appended to, created, and mended where a crash has torn the last line.

use std::fs;
use std::path::{Path, PathBuf};

use metrix::sink::{Csv, JsonLines};
use metrix::{MElement, Sink, Timestamp, tags};

use super::row::Row;

/// A path where nothing is.
pub(crate) fn fresh(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

fn element(value: f64) -> MElement {
    MElement::new("n.sum", value, tags! { "a" => "b;c" }, Timestamp::EPOCH)
}

#[tokio::test]
async fn a_file_is_created_and_then_appended_to() {
    let (json, csv) = (fresh("append.jsonl"), fresh("append.csv"));
    for value in [1.0, 2.0] {
        let (mut to_json, mut to_csv) = (JsonLines::file(&json).unwrap(), Csv::file(&csv).unwrap());
        to_json.write(&[element(value)]).await.unwrap();
        to_csv.write(&[element(value)]).await.unwrap();
    }
    // Nothing was closed, as what is written is written.
    let expected = [1.0, 2.0].map(|value| Row::of(&element(value)));
    assert_eq!(Row::from_json(&fs::read_to_string(&json).unwrap()), expected);
    assert_eq!(Row::from_csv(&fs::read_to_string(&csv).unwrap()), expected);
    fs::remove_file(json).unwrap();
    fs::remove_file(csv).unwrap();
}

#[tokio::test]
async fn a_line_that_a_crash_has_torn_is_ended() {
    let (json, csv) = (fresh("torn.jsonl"), fresh("torn.csv"));
    fs::write(&json, "{\"name\":\"n.s").unwrap();
    fs::write(&csv, "name,value,at,start,tags\r\nn.sum,1").unwrap();
    JsonLines::file(&json).unwrap().write(&[element(2.0)]).await.unwrap();
    Csv::file(&csv).unwrap().write(&[element(2.0)]).await.unwrap();
    let text = fs::read_to_string(&json).unwrap();
    let (torn, whole) = text.split_once('\n').unwrap();
    assert_eq!(torn, "{\"name\":\"n.s");
    assert_eq!(Row::from_json(whole), [Row::of(&element(2.0))]);
    let text = fs::read_to_string(&csv).unwrap();
    assert_eq!(text, "name,value,at,start,tags\r\nn.sum,1\r\nn.sum,2,1970-01-01T00:00:00Z,,a=b\\;c\r\n");
    fs::remove_file(json).unwrap();
    fs::remove_file(csv).unwrap();
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error() {
    let nowhere = fresh("no-such-folder").join("file");
    assert!(JsonLines::file(&nowhere).is_err());
    assert!(Csv::file(&nowhere).is_err());
}

/// Linux has a disk that is always full.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_worth_another_try() {
    let mut sink = JsonLines::file("/dev/full").unwrap();
    for _ in 0..3 {
        let error = sink.write(&[element(1.0)]).await.unwrap_err();
        assert!(error.is_retryable(), "{error}");
    }
    assert!(sink.close().await.is_err());
}
