//! A disk that is full, and a folder that is away.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use metrix::Sink;
use metrix_io::sinks::parquet::Parquet;

use super::{elements, names, read, stored};
use crate::peers::PATIENCE;
use crate::peers::duckdb::rows;

#[test]
fn a_folder_that_can_not_be_written_to_is_told() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.as_path(), &place.path().join("no/such"), Path::new("/proc")] {
        let error = Parquet::open(path).unwrap_err();
        let words = format!("no Parquet files can be written into {}: name a folder", path.display());
        assert!(error.to_string().starts_with(&words), "{error}");
    }
    // One that is missing is made.
    Parquet::open(place.path().join("new")).unwrap();
}

/// It is moved away, deleted, and made again.
#[tokio::test]
async fn nothing_is_lost_while_the_folder_is_away() {
    let place = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (place.path().join("a"), place.path().join("b"));
    let mut sink = Parquet::open(&folder).unwrap();
    sink.write(&elements(0..10)).await.unwrap();

    fs::rename(&folder, &elsewhere).unwrap();
    for _ in 0..2 {
        let error = sink.write(&elements(10..20)).await.unwrap_err();
        assert!(error.is_retryable() && error.positions().is_none(), "{error}");
        assert!(sink.flush().await.is_err() && sink.close().await.is_err());
    }
    fs::rename(&elsewhere, &folder).unwrap();
    sink.write(&elements(10..20)).await.unwrap();

    fs::remove_dir_all(&folder).unwrap();
    assert!(sink.write(&elements(20..30)).await.unwrap_err().is_retryable());
    assert!(!folder.exists());
    fs::create_dir(&folder).unwrap();
    sink.write(&elements(20..30)).await.unwrap();
    sink.close().await.unwrap();
    let expected: Vec<_> = elements(0..30).iter().map(stored).collect();
    assert_eq!(read::rows(&folder), expected);
    assert_eq!(names(&folder).len(), 1);
}

/// As somebody does who moves the files to another disk while they are written.
#[tokio::test]
async fn a_copy_of_the_folder_can_take_its_place() {
    let place = tempfile::tempdir().unwrap();
    let (folder, copy) = (place.path().join("a"), place.path().join("b"));
    let mut sink = Parquet::open(&folder).unwrap();
    sink.write(&elements(0..10)).await.unwrap();
    let copied = Command::new("cp").arg("-a").args([&folder, &copy]).status().unwrap();
    assert!(copied.success());
    // Of a sink whose clock was ahead.
    let later = "metrix-99991231T235959.000000Z.parquet";
    fs::write(copy.join(later), "").unwrap();
    sink.write(&elements(10..20)).await.unwrap();
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&copy, &folder).unwrap();
    for start in [20, 30] {
        sink.write(&elements(start..start + 10)).await.unwrap();
        sink.flush().await.unwrap();
    }
    let mut sink = sink.rows(1.try_into().unwrap());
    sink.write(&elements(40..50)).await.unwrap();
    sink.close().await.unwrap();
    let found = names(&folder);
    assert!(found.len() == 3 && found[1] == later && found[2] > found[1], "{found:?}");
    fs::remove_file(folder.join(later)).unwrap();
    let expected: Vec<_> = elements(0..50).iter().map(stored).collect();
    assert_eq!(read::rows(&folder), expected);
}

/// No write has to come for that.
#[tokio::test(start_paused = true)]
async fn a_file_that_is_old_is_ended_once_it_can_be() {
    let place = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (place.path().join("a"), place.path().join("b"));
    let mut sink = Parquet::open(&folder).unwrap().every(Duration::from_secs(60));
    sink.write(&elements(0..10)).await.unwrap();
    fs::rename(&folder, &elsewhere).unwrap();
    tokio::time::sleep(Duration::from_secs(100)).await;
    // Waits for what was tried.
    assert!(sink.flush().await.is_err());
    fs::rename(&elsewhere, &folder).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while sink.counts().files() == 0 {
        assert!(Instant::now() < deadline, "it is never ended");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let expected: Vec<_> = elements(0..10).iter().map(stored).collect();
    assert_eq!(read::rows(&folder), expected);
}

/// So that what is slow about it makes no caller write a batch twice.
#[tokio::test]
async fn a_batch_is_answered_before_its_file_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = Parquet::open(folder.path()).unwrap().rows(20.try_into().unwrap());
    sink.write(&elements(0..10)).await.unwrap();
    let journal = names(folder.path()).remove(0);
    let name = journal.trim_start_matches('.').replace(".rows", ".parquet");
    // A folder with something in it, which no file can take the place of.
    fs::create_dir_all(folder.path().join(&name).join("x")).unwrap();
    sink.write(&elements(10..20)).await.unwrap();
    let error = sink.write(&elements(20..30)).await.unwrap_err();
    assert!(error.is_retryable() && error.positions().is_none(), "{error}");
    fs::remove_dir_all(folder.path().join(&name)).unwrap();
    sink.write(&elements(20..30)).await.unwrap();
    sink.close().await.unwrap();
    let expected: Vec<_> = elements(0..30).iter().map(stored).collect();
    assert_eq!(read::rows(folder.path()), expected);
}

/// Tells the process which folder to fill.
const FOLDER: &str = "METRIX_TEST_FULL_FOLDER";

/// A file can't become longer than the limit, as if the disk were full.
async fn fill_and_free(folder: &Path) {
    let mut sink = Parquet::open(folder).unwrap().rows(1000.try_into().unwrap());
    let mut written = 0;
    let deadline = Instant::now() + PATIENCE;
    // Until a journal is too long.
    let error = loop {
        assert!(Instant::now() < deadline, "the disk is never full");
        match sink.write(&elements(written..written + 50)).await {
            Ok(()) => written += 50,
            Err(error) => break error,
        }
    };
    assert!(error.is_retryable() && error.positions().is_none(), "{error}");
    assert!((50..1000).contains(&written), "{written}");
    for _ in 0..3 {
        assert!(sink.write(&elements(written..written + 50)).await.unwrap_err().is_retryable());
    }
    free();
    while written < 2500 {
        assert!(Instant::now() < deadline, "writes are slow");
        sink.write(&elements(written..written + 50)).await.unwrap();
        written += 50;
    }
    sink.close().await.unwrap();
}

/// Takes the limit from this process.
fn free() {
    let free = format!("prlimit --pid {} --fsize=unlimited:", std::process::id());
    assert!(Command::new("bash").args(["-c", &free]).status().unwrap().success());
}

/// Runs a test in a process of its own, whose files have so many KiB at most.
#[track_caller]
fn limited(test: &str, limit: u32, folder: &Path) {
    // An error in the place of a signal.
    let script = format!("trap '' XFSZ; ulimit -S -f {limit}; exec \"$@\"");
    let test = format!("parquet::faults::{test}");
    let output = Command::new("bash")
        .args(["-c", &script, "bash", env::current_exe().unwrap().to_str().unwrap(), "--exact", &test])
        .env(FOLDER, folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn a_file_whose_first_write_failed_is_ended_when_it_is_old() {
    let Some(folder) = env::var_os(FOLDER) else {
        let folder = tempfile::tempdir().unwrap();
        limited("a_file_whose_first_write_failed_is_ended_when_it_is_old", 0, folder.path());
        assert_eq!(read::rows(folder.path()).len(), 10);
        return;
    };
    let mut sink = Parquet::open(folder).unwrap().every(Duration::from_secs(1));
    assert!(sink.write(&elements(0..10)).await.unwrap_err().is_retryable());
    free();
    sink.write(&elements(0..10)).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    while sink.counts().files() == 0 {
        assert!(Instant::now() < deadline, "it is never ended");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_full_disk_takes_nothing_of_a_batch_and_then_all_of_it() {
    if let Some(folder) = env::var_os(FOLDER) {
        return fill_and_free(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    limited("a_full_disk_takes_nothing_of_a_batch_and_then_all_of_it", 16, folder.path());
    let expected: Vec<_> = elements(0..2500).iter().map(stored).collect();
    assert_eq!(rows(folder.path()), expected);
    assert_eq!(names(folder.path()).len(), 3);
}
