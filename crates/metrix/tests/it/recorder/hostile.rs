//! Names, labels and floods that no one wants: nothing panics in the code that records, and everything is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{counter, describe_counter, gauge, histogram, with_local_recorder};
use metrix::testing::{Act, Scripted};
use metrix::{MCoordinator, MRecorder, Overflow, SinkOptions, size};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::{SECOND, rig};
use crate::log;

#[tokio::test(start_paused = true)]
async fn a_name_that_cannot_be_is_counted_and_gets_a_handle_that_does_nothing() {
    let rig = rig(MRecorder::builder());
    let long = "x".repeat(1025);
    with_local_recorder(&rig.recorder, || {
        for name in ["", "a\nb", "\u{0}", "\u{7f}", "\u{85}", &long] {
            let name = name.to_owned();
            counter!(name.clone()).increment(1);
            counter!(name.clone()).absolute(1);
            gauge!(name.clone()).set(1.0);
            histogram!(name.clone()).record(1.0);
            describe_counter!(name, "no such metric");
        }
        gauge!(format!("{}é", "x".repeat(1022))).set(1.0);
    });
    let stats = rig.recorder.stats();
    assert_eq!((stats.bad_names, stats.streams, stats.handles, stats.descriptions), (6 * 5, 1, 1, 0));
    assert_eq!(rig.rest().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn values_that_are_not_finite_are_counted_by_the_stream() {
    let rig = rig(MRecorder::builder());
    with_local_recorder(&rig.recorder, || {
        gauge!("g").set(2.0);
        gauge!("g").set(f64::NAN);
        gauge!("g").increment(f64::INFINITY);
        gauge!("g").increment(1.0);
        histogram!("h").record(f64::NEG_INFINITY);
    });
    assert_eq!(rig.stats("g").not_finite, 2);
    assert_eq!(rig.stats("h").not_finite, 1);
    assert_eq!(rig.rest().await, ["g.last[] 3"]);
}

#[tokio::test(start_paused = true)]
async fn names_beyond_the_limit_are_counted() {
    let rig = rig(MRecorder::builder().counters(["sum"]).max_streams(size(3)));
    with_local_recorder(&rig.recorder, || {
        for i in 0..10 {
            counter!(format!("n{i}")).increment(1);
            describe_counter!(format!("n{i}"), "one of many");
        }
        counter!("n0").increment(1);
        describe_counter!("n0", "the first");
        gauge!("n0").set(1.0);
    });
    let stats = rig.recorder.stats();
    assert_eq!((stats.streams, stats.handles, stats.descriptions, stats.too_many), (3, 3, 3, 15));
    assert_eq!(&*rig.recorder.description("n0").unwrap().text, "the first");
    assert_eq!(rig.rest().await, ["n0.sum[] 2", "n1.sum[] 1", "n2.sum[] 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_labels_loses_no_count_and_takes_no_memory() {
    let rig = rig(MRecorder::builder().counters(["sum"]).histograms(["count"]).max_handles(size(100)));
    with_local_recorder(&rig.recorder, || {
        for round in 0..2 {
            for i in 0..1000 {
                counter!("n", "user" => i.to_string()).increment(1 + round);
                histogram!("h", "user" => i.to_string()).record(1.0);
            }
        }
        // Those that were kept before the flood are still the same.
        gauge!("g", "user" => "0").increment(1.0);
        gauge!("g", "user" => "0").increment(1.0);
    });
    let stats = rig.recorder.stats();
    assert_eq!((stats.handles, stats.not_kept), (201, 4 * 900));
    let lines = rig.rest().await;
    assert_eq!(lines.len(), 2001);
    assert_eq!(lines.iter().filter(|line| line.starts_with("n.sum") && line.ends_with(" 3")).count(), 1000);
    assert_eq!(lines.iter().filter(|line| line.starts_with("h.count") && line.ends_with(" 2")).count(), 1000);
    assert_eq!(lines[0], "g.last[user=0] 2");
}

#[tokio::test(start_paused = true)]
async fn long_labels_are_not_kept_and_the_stream_refuses_them() {
    let rig = rig(MRecorder::builder());
    with_local_recorder(&rig.recorder, || {
        for _ in 0..3 {
            counter!("n", "a" => "x".repeat(1 << 20)).increment(1);
        }
    });
    assert_eq!((rig.recorder.stats().handles, rig.recorder.stats().not_kept), (0, 3));
    assert_eq!(rig.stats("n").tags_too_long, 3);
    assert!(rig.rest().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_streams_are_those_of_the_recorder() {
    let rig = rig(MRecorder::builder().counters(["sum"]).max_series(size(2)).max_tag_bytes(9));
    with_local_recorder(&rig.recorder, || {
        for user in ["a", "b", "c", "d", "a", "too long"] {
            counter!("n", "user" => user).increment(1);
        }
    });
    assert_eq!((rig.stats("n").overflowed, rig.stats("n").tags_too_long), (2, 1));
    let expected = ["n.sum[metrix.overflow=true] 2", "n.sum[user=a] 2", "n.sum[user=b] 1"];
    assert_eq!(rig.rest().await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_a_sink_does_not_take_is_bounded() {
    let hangs = SinkOptions::default().queue(size(1)).overflow(Overflow::Block);
    let coordinator = MCoordinator::builder().sink_with("hangs", Scripted::new([Act::Hang]), hangs).start().unwrap();
    let builder = MRecorder::builder().counters(["sum"]).window(SECOND).queue(size(2));
    let recorder = builder.start(&coordinator).unwrap();
    for _ in 0..10 {
        with_local_recorder(&recorder, || counter!("n").increment(1));
        tokio::time::sleep(SECOND).await;
    }
    // One is being written, one waits for that, one waits for room, two wait in the stream, and one is in its open window.
    assert_eq!((coordinator.stats().streams["n"].accepted, coordinator.stats().streams["n"].full), (6, 4));
}

/// What is asked of a recorder with room for three streams and two handles, and is logged.
fn too_much() {
    for i in 0..10 {
        counter!("bad\nname").increment(1);
        counter!("n", "i" => i.to_string()).increment(1);
        gauge!("n").set(1.0);
        counter!(format!("n{i}")).increment(1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_of_each_kind_is_logged() {
    let rig = rig(MRecorder::builder().max_streams(size(3)).max_handles(size(2)));
    let logged = log::lines(|| with_local_recorder(&rig.recorder, too_much));
    let expected = [
        ("a metric can't be called so", "metric=\"bad\\nname\""),
        ("another metric or stream has the name", "metric=\"n\" kind=gauge stream=\"n.gauge\""),
        ("a metric's labels are too many", "metric=\"n\""),
        ("too many metrics", "metric=\"n1\""),
    ];
    assert_eq!(logged.len(), expected.len(), "{logged:?}");
    for (line, (message, fields)) in logged.iter().zip(expected) {
        assert!(line.starts_with(&format!("WARN message={message}")) && line.ends_with(fields), "{line}");
    }
}

/// Counts what is logged with a metric of new labels, so that this registers while the recorder logs.
struct Logs(Arc<AtomicU64>);

impl Subscriber for Logs {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        let nth = self.0.fetch_add(1, Ordering::Relaxed);
        counter!("logs", "nth" => nth.to_string()).increment(1);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn a_subscriber_may_count_what_is_logged_with_a_metric() {
    let rig = rig(MRecorder::builder().counters(["sum"]).max_streams(size(3)));
    let logged = Arc::new(AtomicU64::new(0));
    let logs = Logs(Arc::clone(&logged));
    let record = || with_local_recorder(&rig.recorder, too_much);
    // Within the other, so that it is asked for what it wants to hear.
    log::lines(|| tracing::subscriber::with_default(logs, record));
    let logged = logged.load(Ordering::Relaxed);
    assert_eq!(logged, 3);
    let lines = rig.rest().await;
    assert_eq!(lines.iter().filter(|line| line.starts_with("logs.sum[nth=")).count(), 3, "{lines:?}");
}
