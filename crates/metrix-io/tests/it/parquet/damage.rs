//! Journals that a faulty disk, or somebody, has changed.

use std::fs;
use std::path::{Path, PathBuf};

use metrix::Sink;
use metrix_io::sinks::parquet::{Compression, Parquet};
use parquet::basic::Compression as Codec;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::{elements, names, read, stored};

/// Three batches of five.
async fn written(folder: &Path) -> Parquet {
    let mut sink = Parquet::open(folder).unwrap();
    for start in [0, 5, 10] {
        sink.write(&elements(start..start + 5)).await.unwrap();
    }
    sink
}

fn journal(folder: &Path) -> PathBuf {
    let found = names(folder);
    folder.join(found.iter().find(|name| name.ends_with(".rows")).expect("there is a journal"))
}

/// Changes a byte in the middle.
fn damage(journal: &Path) -> Vec<u8> {
    let mut bytes = fs::read(journal).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    fs::write(journal, &bytes).unwrap();
    bytes
}

/// All but the second batch is in the file, and the journal is kept as it is.
#[track_caller]
fn check(folder: &Path, sink: &Parquet, bytes: &[u8]) {
    let expected: Vec<_> = [elements(0..5), elements(10..15)].concat().iter().map(stored).collect();
    assert_eq!(read::rows(folder), expected);
    let found = names(folder);
    assert!(
        matches!(&found[..], [kept, whole] if kept.ends_with(".damaged") && whole.ends_with(".parquet")),
        "{found:?}"
    );
    assert_eq!(fs::read(folder.join(&found[0])).unwrap(), bytes);
    assert_eq!((sink.counts().torn(), sink.counts().damaged()), (0, bytes.len() as u64 / 3));
}

#[tokio::test]
async fn what_a_process_has_left_behind_is_kept_if_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    drop(written(folder.path()).await);
    let bytes = damage(&journal(folder.path()));
    let sink = Parquet::open(folder.path()).unwrap();
    assert_eq!(sink.counts().recovered(), 10);
    check(folder.path(), &sink, &bytes);
    drop(sink);

    // It isn't taken up again; and one whose process was about to put it away is kept, too.
    let kept = folder.path().join(&names(folder.path())[0]);
    fs::rename(&kept, kept.with_extension("rows")).unwrap();
    for damaged in [bytes.len() as u64 / 3, 0] {
        let sink = Parquet::open(folder.path()).unwrap();
        assert_eq!((sink.counts().recovered(), sink.counts().damaged()), (0, damaged));
        assert_eq!(fs::read(&kept).unwrap(), bytes);
    }
}

#[tokio::test]
async fn what_was_confirmed_and_is_damaged_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = written(folder.path()).await;
    let bytes = damage(&journal(folder.path()));
    sink.close().await.unwrap();
    check(folder.path(), &sink, &bytes);
}

/// Of which nothing was to be torn in a process that is alive.
#[tokio::test]
async fn what_was_confirmed_and_is_cut_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = written(folder.path()).await;
    let journal = journal(folder.path());
    let bytes = fs::read(&journal).unwrap();
    let cut = bytes.len() - 7;
    fs::OpenOptions::new().write(true).open(&journal).unwrap().set_len(cut as u64).unwrap();
    sink.close().await.unwrap();
    assert_eq!(read::rows(folder.path()).len(), 10);
    assert_eq!(sink.counts().damaged(), bytes.len() as u64 / 3);
    assert_eq!(fs::read(journal.with_extension("damaged")).unwrap(), bytes[..cut]);
}

#[tokio::test]
async fn what_was_left_behind_is_compressed_as_all_else_is() {
    let folder = tempfile::tempdir().unwrap();
    for (compression, codec) in [(Compression::Snappy, Codec::SNAPPY), (Compression::None, Codec::UNCOMPRESSED)] {
        drop(written(folder.path()).await);
        Parquet::open_compressed(folder.path(), compression).unwrap();
        let newest = names(folder.path()).pop().unwrap();
        let file = SerializedFileReader::new(fs::File::open(folder.path().join(newest)).unwrap()).unwrap();
        assert_eq!(file.metadata().row_group(0).column(0).compression(), codec);
    }
}
