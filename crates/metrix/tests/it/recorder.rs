//! Metrics of the `metrics` facade as metric streams.

mod absolute;
mod hostile;
mod labels;
mod lifetime;
mod names;

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge, histogram, with_local_recorder};
use metrix::sink::Memory;
use metrix::{
    BuildError, CoordinatorError, MCoordinator, MElement, MRecorder, MRecorderBuilder, MetricKind, StreamStats,
    Timestamp, size, tags,
};

const SECOND: Duration = Duration::from_secs(1);

/// A recorder, its coordinator, and what a sink of that has kept.
struct Rig {
    recorder: MRecorder,
    coordinator: MCoordinator,
    kept: Memory,
}

/// A recorder of the builder's, on the runtime in which this is called.
fn rig(builder: MRecorderBuilder) -> Rig {
    let kept = Memory::new(size(100_000));
    let coordinator = MCoordinator::builder().sink("kept", kept.clone()).start().unwrap();
    Rig { recorder: builder.start(&coordinator).unwrap(), coordinator, kept }
}

impl Rig {
    fn stats(&self, stream: &str) -> StreamStats {
        self.coordinator.stats().streams[stream]
    }

    /// All that has come when everything is over, one line an element, in alphabetical order.
    async fn rest(&self) -> Vec<String> {
        let report = self.coordinator.shutdown(10 * SECOND).await;
        assert!(report.is_complete(), "{report}");
        let line = |element: MElement| format!("{}[{}] {}", element.name, element.tags, element.value);
        let mut lines: Vec<String> = self.kept.take().into_iter().map(line).collect();
        lines.sort();
        lines
    }
}

/// Runs `record` under a recorder of the builder's, and checks what comes of it.
#[track_caller]
fn check(builder: MRecorderBuilder, record: impl FnOnce(), expected: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let found = runtime.block_on(async {
        let rig = rig(builder);
        with_local_recorder(&rig.recorder, record);
        rig.rest().await
    });
    assert_eq!(found, expected);
}

#[test]
fn each_kind_gives_what_its_aggregates_make_of_it() {
    let record = || {
        counter!("requests").increment(40);
        counter!("requests").increment(2);
        gauge!("jobs").set(5.0);
        gauge!("jobs").increment(3);
        gauge!("jobs").decrement(1.5);
        for value in [1.0, 2.0, 6.0] {
            histogram!("took").record(value);
        }
    };
    let builder = MRecorder::builder().histograms(["count", "mean", "max"]);
    let expected = [
        "jobs.last[] 6.5",
        "requests.rate[] 4.2",
        "requests.sum[] 42",
        "took.count[] 3",
        "took.max[] 6",
        "took.mean[] 3",
    ];
    check(builder, record, &expected);
}

#[test]
fn a_histogram_of_durations_is_in_seconds_and_takes_a_value_many_times() {
    let record = || {
        histogram!("took").record(Duration::from_millis(250));
        histogram!("took").record_many(0.5, 3);
    };
    check(MRecorder::builder().histograms(["count", "sum"]), record, &["took.count[] 4", "took.sum[] 1.75"]);
}

#[test]
fn a_metric_may_have_aggregates_of_its_own() {
    let record = || {
        histogram!("took").record(3.0);
        histogram!("size").record(4.0);
        gauge!("load").set(2.0);
    };
    let builder =
        MRecorder::builder().histograms(["max"]).metric("took", ["histogram(1,10)"]).metric("load", [("now", "last")]);
    let expected = [
        "load.now[] 2",
        "size.max[] 4",
        "took.histogram[le=+Inf] 1",
        "took.histogram[le=10] 1",
        "took.histogram[le=1] 0",
    ];
    check(builder, record, &expected);
}

#[tokio::test(start_paused = true)]
async fn the_windows_of_all_metrics_end_together() {
    let rig = rig(MRecorder::builder().window(10 * SECOND).counters(["sum"]));
    let origin = Timestamp::now();
    let _local = metrics::set_default_local_recorder(&rig.recorder);
    tokio::time::sleep(3 * SECOND).await;
    counter!("a").increment(1);
    tokio::time::sleep(4 * SECOND).await;
    counter!("b").increment(2);
    tokio::time::sleep(4 * SECOND).await;
    let first = rig.kept.take();
    let window = (Some(origin), origin + 10 * SECOND);
    assert_eq!(first.iter().map(|element| (element.start, element.at)).collect::<Vec<_>>(), [window, window]);
    tokio::time::sleep(21 * SECOND).await;
    counter!("c").increment(3);
    tokio::time::sleep(9 * SECOND).await;
    let second = rig.kept.take();
    assert_eq!((&*second[0].name, second[0].value, second.len()), ("c.sum", 3.0, 1));
    assert_eq!((second[0].start, second[0].at), (Some(origin + 30 * SECOND), origin + 40 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn windows_are_aligned_to_where_they_are_told() {
    let rig = rig(MRecorder::builder().window(60 * SECOND).aligned_to(Timestamp::EPOCH));
    with_local_recorder(&rig.recorder, || gauge!("g").set(1.0));
    tokio::time::sleep(61 * SECOND).await;
    let element = rig.kept.take().remove(0);
    assert_eq!(element.at.as_nanos() % 60_000_000_000, 0);
    assert_eq!(element.start.unwrap() + 60 * SECOND, element.at);
}

#[tokio::test(start_paused = true)]
async fn a_gauge_keeps_its_value_and_is_given_out_when_it_was_set() {
    let rig = rig(MRecorder::builder());
    let start = Timestamp::now();
    let jobs = with_local_recorder(&rig.recorder, || gauge!("jobs"));
    jobs.increment(5.0);
    tokio::time::sleep(65 * SECOND).await;
    jobs.decrement(2.0);
    tokio::time::sleep(10 * SECOND).await;
    let found: Vec<_> = rig.kept.take().iter().map(|element| (element.value, element.at)).collect();
    assert_eq!(found, [(5.0, start + 10 * SECOND), (3.0, start + 70 * SECOND)]);
}

#[tokio::test(start_paused = true)]
async fn units_and_descriptions_are_kept() {
    let rig = rig(MRecorder::builder());
    let recorder = &rig.recorder;
    with_local_recorder(recorder, || {
        describe_gauge!("queue", "how many wait");
        describe_counter!("bytes", Unit::Bytes, "at first");
        describe_counter!("bytes", Unit::Kibibytes, "what was sent");
        describe_gauge!("bytes", "another one");
        let _histogram = histogram!(description: "the time of a request", unit: Unit::Milliseconds, "took");
    });
    let found = recorder.descriptions();
    let found: Vec<_> = found.iter().map(|d| (&*d.name, d.kind, d.unit, &*d.text)).collect();
    let expected = [
        ("bytes", MetricKind::Counter, Some(Unit::Kibibytes), "what was sent"),
        ("bytes", MetricKind::Gauge, None, "another one"),
        ("queue", MetricKind::Gauge, None, "how many wait"),
        ("took", MetricKind::Histogram, Some(Unit::Milliseconds), "the time of a request"),
    ];
    assert_eq!(found, expected);
    assert_eq!(recorder.description("bytes").unwrap().kind, MetricKind::Counter);
    assert_eq!(recorder.description("queue").unwrap().kind, MetricKind::Gauge);
    assert!(["", "byte", "bytesx", "zzz"].iter().all(|name| recorder.description(name).is_none()));
    // Saying what a metric is doesn't make it, and asking for its handle does.
    assert_eq!((recorder.stats().streams, recorder.stats().descriptions), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_built_is_refused_at_once() {
    let coordinator = MCoordinator::builder().start().unwrap();
    let builder = MRecorder::builder;
    for (builder, expected) in [
        (builder().window(Duration::ZERO), None),
        (builder().counters([""; 0]), Some("counters")),
        (builder().gauges(["last", "last"]), Some("gauges")),
        (builder().histograms(["p101"]), Some("histograms")),
        (builder().metric("took", ["men"]), Some("took")),
    ] {
        let error = builder.start(&coordinator).unwrap_err();
        let named = match &error {
            CoordinatorError::Build(BuildError::Agg { stream, .. }) => Some(&**stream),
            _ => None,
        };
        assert_eq!(named, expected, "{error}");
    }
    let error = builder().metric("to\u{0}ok", ["mean"]).start(&coordinator).unwrap_err();
    assert_eq!(error, CoordinatorError::Build(BuildError::Name { name: "to\u{0}ok".into() }));
    assert!(coordinator.stats().streams.is_empty());
    coordinator.shutdown(SECOND).await;
    assert_eq!(builder().start(&coordinator).unwrap_err(), CoordinatorError::ShutDown);
}

#[tokio::test(start_paused = true)]
async fn recorders_of_one_builder_share_nothing() {
    let builder = MRecorder::builder().default_tags(tags! { "host" => "a" }).counters(["sum"]);
    let (first, second) = (rig(builder.clone()), rig(builder));
    with_local_recorder(&first.recorder, || counter!("n").increment(1));
    with_local_recorder(&second.recorder, || counter!("n").increment(2));
    assert_eq!(first.rest().await, ["n.sum[host=a] 1"]);
    assert_eq!(second.rest().await, ["n.sum[host=a] 2"]);
}
