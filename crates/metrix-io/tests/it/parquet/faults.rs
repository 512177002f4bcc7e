//! A disk that is full, and a folder that is away.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use metrix::Sink;
use metrix_io::sinks::parquet::Parquet;

use super::{elements, names, read, stored};
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

/// Tells the process which folder to fill.
const FOLDER: &str = "METRIX_TEST_FULL_FOLDER";

/// A file can't become longer than the limit, as if the disk were full.
async fn fill_and_free(folder: &Path) {
    let mut sink = Parquet::open(folder).unwrap().rows(1000.try_into().unwrap());
    let mut written = 0;
    // Until a journal is too long.
    let error = loop {
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
    let free = format!("prlimit --pid {} --fsize=unlimited:", std::process::id());
    assert!(Command::new("bash").args(["-c", &free]).status().unwrap().success());
    while written < 2500 {
        sink.write(&elements(written..written + 50)).await.unwrap();
        written += 50;
    }
    sink.close().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_takes_nothing_of_a_batch_and_then_all_of_it() {
    if let Some(folder) = env::var_os(FOLDER) {
        return fill_and_free(Path::new(&folder)).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "parquet::faults::a_full_disk_takes_nothing_of_a_batch_and_then_all_of_it";
    // 16 KiB, and an error in the place of a signal.
    let script = "trap '' XFSZ; ulimit -S -f 16; exec \"$@\"";
    let output = Command::new("bash")
        .args(["-c", script, "bash", env::current_exe().unwrap().to_str().unwrap(), "--exact", test])
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let expected: Vec<_> = elements(0..2500).iter().map(stored).collect();
    assert_eq!(rows(folder.path()), expected);
    assert_eq!(names(folder.path()).len(), 3);
}
