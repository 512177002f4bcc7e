//! A reader and a writer at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrix::{MElement, Sink};
use metrix_io::sinks::sqlite::{Query, Sqlite};

use super::{Place, element};

const BATCH: usize = 50;

/// A batch of two series, so that a query runs more than one statement.
fn batch(number: usize) -> Vec<MElement> {
    let name = |place| if place % 2 == 0 { "a" } else { "b" };
    (0..BATCH).map(|place| element(name(place), place as f64, number as i64)).collect()
}

#[tokio::test]
async fn a_reader_sees_whole_batches_while_others_are_written() {
    let place = Arc::new(Place::new());
    let mut sink = place.open();
    // How many different counts the reader has seen, and how many batches there are in the end.
    let (seen, end) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(usize::MAX)));
    let reader = std::thread::spawn({
        let (place, seen, end) = (Arc::clone(&place), Arc::clone(&seen), Arc::clone(&end));
        move || {
            let store = place.store();
            let mut counts = Vec::new();
            while counts.last() != Some(&end.load(Ordering::SeqCst).saturating_mul(BATCH)) {
                counts.push(store.query(&Query::default()).unwrap().len());
                counts.dedup();
                seen.store(counts.len(), Ordering::SeqCst);
            }
            counts
        }
    });
    let mut written = 0;
    // It goes on until the reader has seen enough states in between.
    while seen.load(Ordering::SeqCst) < 10 && !reader.is_finished() {
        sink.write(&batch(written)).await.unwrap();
        written += 1;
    }
    end.store(written, Ordering::SeqCst);
    let counts = reader.join().unwrap();
    assert!(counts.len() >= 10 && counts.is_sorted(), "{counts:?}");
    assert!(counts.iter().all(|count| count % BATCH == 0), "{counts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_take_turns() {
    let place = Arc::new(Place::new());
    let write = |name: &'static str, mut sink: Sqlite| {
        tokio::spawn(async move {
            for secs in 0..100 {
                let batch = [element(name, 1.0, secs), element("both", 1.0, secs)];
                while let Err(error) = sink.write(&batch).await {
                    assert!(error.is_retryable(), "{error}");
                }
            }
        })
    };
    let (one, other) = (write("one", place.open()), write("other", place.open()));
    one.await.unwrap();
    other.await.unwrap();
    assert_eq!(place.all().len(), 300);
    assert_eq!(place.store().series().unwrap().len(), 3);
}
