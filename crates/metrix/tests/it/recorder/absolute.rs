//! Totals that are kept elsewhere.

use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{counter, with_local_recorder};
use metrix::MRecorder;

use super::{SECOND, check, rig};

/// What the readings come to in one window; nothing if nothing was sent.
#[track_caller]
fn check_sum(readings: &[u64], expected: Option<&str>) {
    let record = || readings.iter().for_each(|&total| counter!("bytes").absolute(total));
    let expected = expected.map(|sum| format!("bytes.sum[] {sum}"));
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    check(MRecorder::builder().counters(["sum"]), record, &expected);
}

#[test]
fn the_first_reading_is_where_counting_starts() {
    check_sum(&[5_000], None);
    check_sum(&[5_000, 5_000], Some("0"));
    check_sum(&[5_000, 5_400, 5_900], Some("900"));
}

#[test]
fn a_reset_counts_from_0() {
    check_sum(&[5_000, 5_400, 100, 250], Some("650"));
    check_sum(&[5_000, 0], Some("0"));
    check_sum(&[5_000, 0, 7], Some("7"));
}

#[test]
fn a_reading_that_was_overtaken_counts_nothing() {
    check_sum(&[5_000, 5_400, 5_390, 5_410], Some("410"));
    check_sum(&[5_000, 4_999], None);
}

#[test]
fn large_totals_lose_nothing() {
    let total = u64::MAX - 10;
    check_sum(&[total, total + 1, total + 4], Some("4"));
}

#[test]
fn all_places_share_the_last_reading_and_labels_have_their_own() {
    let record = || {
        let first = counter!("bytes", "card" => "eth0");
        let second = counter!("bytes", "card" => "eth0");
        first.absolute(100);
        second.absolute(130);
        first.absolute(140);
        counter!("bytes", "card" => "eth1").absolute(7);
        counter!("bytes", "card" => "eth1").absolute(9);
    };
    let expected = ["bytes.sum[card=eth0] 40", "bytes.sum[card=eth1] 2"];
    check(MRecorder::builder().counters(["sum"]), record, &expected);
}

#[test]
fn increments_are_counted_beside_readings() {
    let record = || {
        counter!("bytes").increment(3);
        counter!("bytes").absolute(100);
        counter!("bytes").increment(4);
        counter!("bytes").absolute(110);
    };
    check(MRecorder::builder().counters(["sum"]), record, &["bytes.sum[] 17"]);
}

#[test]
fn readings_of_many_threads_never_count_twice() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let found = runtime.block_on(async {
        let rig = rig(MRecorder::builder().counters(["sum"]).window(3600 * SECOND));
        with_local_recorder(&rig.recorder, || counter!("bytes").absolute(1_000_000));
        let total = AtomicU64::new(1_000_000);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let bytes = with_local_recorder(&rig.recorder, || counter!("bytes"));
                    for _ in 0..10_000 {
                        // Between the two, others may read and report more.
                        bytes.absolute(1 + total.fetch_add(1, Ordering::Relaxed));
                    }
                });
            }
        });
        rig.rest().await
    });
    assert_eq!(found, ["bytes.sum[] 40000"]);
}
