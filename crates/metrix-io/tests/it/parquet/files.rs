//! When files begin and end, and what a folder is left with.

use std::fs;
use std::time::{Duration, Instant};

use metrix::{MElement, Sink, tags};
use metrix_io::sinks::parquet::Parquet;

use super::{element, elements, names, read, stored};
use crate::peers::PATIENCE;

#[tokio::test]
async fn a_file_ends_when_it_is_long_or_large() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = Parquet::open(folder.path()).unwrap().rows(10.try_into().unwrap());
    for start in [0, 4, 8, 12] {
        sink.write(&elements(start..start + 4)).await.unwrap();
    }
    // The third has filled the first one.
    let found = names(folder.path());
    assert!(matches!(&found[..], [rows, whole] if rows.ends_with(".rows") && whole.ends_with(".parquet")), "{found:?}");
    assert_eq!(read::rows(folder.path()).len(), 12);
    // By bytes, what is there is full, and so is the next one at once, for which no write is needed.
    let mut sink = sink.bytes(1.try_into().unwrap());
    sink.write(&elements(16..17)).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    while sink.counts().files() < 3 {
        assert!(Instant::now() < deadline, "{:?}", sink.counts());
        tokio::task::yield_now().await;
    }
    sink.flush().await.unwrap();
    let expected: Vec<_> = elements(0..17).iter().map(stored).collect();
    assert_eq!(read::rows(folder.path()), expected);
    assert_eq!(names(folder.path()).len(), 3);
}

/// Though nothing more is written.
#[tokio::test(start_paused = true)]
async fn a_file_ends_when_it_is_old() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = Parquet::open(folder.path()).unwrap().every(Duration::from_secs(60));
    for round in 0..3 {
        for second in 0..10 {
            sink.write(&[element(round * 10 + second)]).await.unwrap();
            tokio::time::advance(Duration::from_secs(5)).await;
        }
        assert_eq!(sink.counts().files(), round as u64);
        tokio::time::sleep(Duration::from_secs(11)).await;
        let deadline = Instant::now() + PATIENCE;
        while sink.counts().files() == round as u64 {
            assert!(Instant::now() < deadline, "{:?}", sink.counts());
            // On a thread of its own, which no clock waits for.
            tokio::task::yield_now().await;
        }
        sink.flush().await.unwrap();
        assert_eq!(read::rows(folder.path()).len(), 10 * (round as usize + 1));
    }
    sink.close().await.unwrap();
    assert_eq!(names(folder.path()).len(), 3);
}

/// What was flushed and not closed, as of a process that was killed, is found.
#[tokio::test]
async fn leftovers_are_cleaned_up() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| folder.path().join(name);
    let mut sink = Parquet::open(folder.path()).unwrap();
    sink.write(&elements(0..5)).await.unwrap();
    let second = Parquet::open(folder.path()).unwrap_err();
    assert!(format!("{second:?}").contains("another sink or program"), "{second:?}");
    drop(sink);
    let name = names(folder.path()).remove(0);
    let name = name.strip_prefix('.').unwrap().strip_suffix(".rows").unwrap().to_owned();
    fs::write(of(&format!(".{name}.part")), "PAR1 half").unwrap();
    let mut journal = fs::read(of(&format!(".{name}.rows"))).unwrap();
    // Of a batch that was never confirmed.
    journal.extend_from_within(..20);
    fs::write(of(&format!(".{name}.rows")), &journal).unwrap();

    let sink = Parquet::open(folder.path()).unwrap();
    assert_eq!((sink.counts().files(), sink.counts().recovered(), sink.counts().torn()), (1, 5, 20));
    drop(sink);
    assert_eq!(names(folder.path()), [format!("{name}.parquet")]);
    let expected: Vec<_> = elements(0..5).iter().map(stored).collect();
    assert_eq!(read::rows(folder.path()), expected);

    // A process that was about to remove its journal, and one that has written nothing.
    fs::write(of(&format!(".{name}.rows")), &journal).unwrap();
    fs::write(of(".metrix-20000101T000000.000000Z.rows"), "").unwrap();
    let sink = Parquet::open(folder.path()).unwrap();
    assert_eq!((sink.counts().files(), sink.counts().recovered()), (0, 0));
    assert_eq!(names(folder.path()), [format!("{name}.parquet")]);
    assert_eq!(read::rows(folder.path()), expected);
}

/// Each in groups of its own.
#[tokio::test]
async fn large_elements_are_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut sink = Parquet::open(folder.path()).unwrap();
    let large = |number: i64| MElement::new("long ".repeat(1 << 20), 1.0, tags! { "n" => number }, element(number).at);
    let all: Vec<MElement> = (0..8).map(large).collect();
    for batch in all.chunks(3) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    let expected: Vec<_> = all.iter().map(stored).collect();
    assert!(read::rows(folder.path()) == expected);
}
