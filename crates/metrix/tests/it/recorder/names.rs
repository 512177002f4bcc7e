//! The names of metrics as those of the coordinator's streams.

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrix::{MRecorder, MStream, size};

use super::{check, rig};

#[tokio::test(start_paused = true)]
async fn metrics_are_streams_of_the_coordinator_like_any_other() {
    let rig = rig(MRecorder::builder());
    with_local_recorder(&rig.recorder, || {
        counter!("requests").increment(1);
        let _never_recorded = histogram!("took");
    });
    rig.coordinator.send("requests", 2.0).unwrap();
    assert_eq!(rig.coordinator.stats().streams.keys().map(|name| &**name).collect::<Vec<_>>(), ["requests", "took"]);
    assert_eq!(rig.stats("requests").accepted, 2);
    assert!(rig.coordinator.graph().dot().contains("requests.window"));
    assert_eq!(rig.rest().await, ["requests.rate[] 0.3", "requests.sum[] 3"]);
}

#[test]
fn one_name_of_two_kinds_makes_two_streams() {
    let record = || {
        counter!("n").increment(1);
        gauge!("n").set(2.0);
        histogram!("n").record(3.0);
        counter!("n").increment(10);
        gauge!("n").set(20.0);
        // A metric that is really called so, and comes too late.
        histogram!("n.gauge").record(4.0);
    };
    let builder = MRecorder::builder().counters(["sum"]).gauges(["sum"]).histograms(["sum"]);
    let expected = ["n.gauge.histogram.sum[] 4", "n.gauge.sum[] 22", "n.histogram.sum[] 3", "n.sum[] 11"];
    check(builder, record, &expected);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_the_coordinator_has_already_gets_the_kind_behind_it() {
    let rig = rig(MRecorder::builder().counters(["sum"]).gauges(["sum"]));
    let own = rig.coordinator.add_stream(MStream::builder("n").batch(size(10)).agg("sum")).unwrap();
    let taken = rig.coordinator.add_stream(MStream::builder("n.gauge").batch(size(10)).agg("sum")).unwrap();
    for _ in 0..2 {
        own.send(1.0);
        taken.send(2.0);
        with_local_recorder(&rig.recorder, || {
            counter!("n").increment(10);
            counter!("n", "again" => "yes").increment(20);
            gauge!("n").set(30.0);
        });
    }
    assert_eq!(rig.recorder.stats().streams, 2);
    let expected =
        ["n.counter.sum[] 20", "n.counter.sum[again=yes] 40", "n.gauge.gauge.sum[] 60", "n.gauge.sum[] 4", "n.sum[] 2"];
    assert_eq!(rig.rest().await, expected);
}
