//! How much memory a file takes that is ended.

use std::env;
use std::fs;
use std::process::Command;

use metrix::{MElement, Sink, Tags, Timestamp};
use metrix_io::sinks::parquet::Parquet;

use crate::hostile::START;

/// Tells the process which folder to write into.
const FOLDER: &str = "METRIX_TEST_MEMORY_FOLDER";

/// The most that this process had in memory, in MB.
fn most() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells it");
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1000
}

/// Three million texts of two bytes or none, in rows of a hundred tags.
async fn write_short_texts(folder: std::ffi::OsString) {
    let mut sink = Parquet::open(folder).unwrap();
    let tags: Tags = (0..100).map(|number| (format!("{number:02}"), "")).collect();
    for batch in 0..150 {
        let element = |number| MElement::new("n", 1.0, tags.clone(), Timestamp::from_secs(START + number));
        let batch: Vec<MElement> = (batch * 100..(batch + 1) * 100).map(element).collect();
        sink.write(&batch).await.unwrap();
    }
    sink.close().await.unwrap();
    let most = most();
    assert!(most < 80, "{most} MB");
}

#[tokio::test]
async fn short_texts_take_as_little_as_long_ones() {
    if let Some(folder) = env::var_os(FOLDER) {
        return write_short_texts(folder).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", "parquet::memory::short_texts_take_as_little_as_long_ones"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
