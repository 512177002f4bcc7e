//! Labels as tags.

use std::collections::BTreeMap;

use metrics::{Key, Label, Level, Metadata, Recorder, counter, gauge};
use metrix::{MRecorder, Tags, tags};
use proptest::prelude::{Strategy, prop_assert_eq, proptest};
use proptest::sample::select;

use super::{check, rig};

const METADATA: Metadata<'static> = Metadata::new("test", Level::INFO, None);

#[test]
fn labels_are_tags_and_win_over_default_tags() {
    let record = || {
        counter!("n", "page" => "/", "method" => "GET").increment(1);
        counter!("n", "host" => "b").increment(2);
        let owned = [("page".to_owned(), String::from("/x"))];
        counter!("n", &owned).increment(4);
    };
    let builder = MRecorder::builder().default_tags(tags! { "host" => "a" }).counters(["sum"]);
    check(builder, record, &["n.sum[host=a,method=GET,page=/] 1", "n.sum[host=a,page=/x] 4", "n.sum[host=b] 2"]);
}

#[test]
fn the_order_of_labels_means_nothing() {
    let record = || {
        gauge!("jobs", "a" => "1", "b" => "2", "c" => "3").increment(5.0);
        gauge!("jobs", "c" => "3", "a" => "1", "b" => "2").decrement(2.0);
    };
    check(MRecorder::builder(), record, &["jobs.last[a=1,b=2,c=3] 3"]);
}

#[test]
fn of_a_label_given_twice_the_last_value_wins() {
    let record = || {
        // The facade takes these two keys for equal, but they aren't the same tags.
        gauge!("jobs", "a" => "1", "a" => "2").increment(10.0);
        gauge!("jobs", "a" => "2", "a" => "1").increment(1.0);
        // And these for different ones.
        gauge!("jobs", "a" => "2").increment(20.0);
        gauge!("jobs", "a" => "0", "a" => "0", "a" => "2").increment(30.0);
    };
    check(MRecorder::builder(), record, &["jobs.last[a=1] 1", "jobs.last[a=2] 60"]);
}

#[tokio::test(start_paused = true)]
async fn equal_labels_take_one_handle() {
    let rig = rig(MRecorder::builder());
    metrics::with_local_recorder(&rig.recorder, || {
        for _ in 0..3 {
            gauge!("jobs", "a" => "1", "b" => "2").increment(1.0);
            gauge!("jobs", "b" => "2", "a" => "1").increment(1.0);
            gauge!("jobs", "a" => "0", "b" => "2", "a" => "1").increment(1.0);
        }
    });
    assert_eq!((rig.recorder.stats().handles, rig.recorder.stats().streams), (1, 1));
}

#[test]
fn any_text_is_a_label() {
    let record = || counter!("n", "a\nb" => "\u{0}\u{1b}[2J", "" => "").increment(1);
    check(MRecorder::builder().counters(["sum"]), record, &["n.sum[=,a\nb=\u{0}\u{1b}[2J] 1"]);
}

fn labels() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    proptest::collection::vec((select(vec!["a", "b", "c"]), select(vec!["0", "1"])), 0..5)
}

proptest! {
    /// However the labels are given, a gauge is one of the metric's name and of the tags that they come to.
    #[test]
    fn gauges_are_told_apart_by_their_tags(changes in proptest::collection::vec((labels(), -50_i32..50), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
        let mut expected: BTreeMap<String, f64> = BTreeMap::new();
        let found = runtime.block_on(async {
            let rig = rig(MRecorder::builder());
            for (labels, by) in changes {
                let tags: Tags = labels.iter().copied().collect();
                *expected.entry(tags.to_string()).or_default() += f64::from(by);
                let labels: Vec<Label> = labels.into_iter().map(|(name, value)| Label::new(name, value)).collect();
                rig.recorder.register_gauge(&Key::from_parts("g", labels), &METADATA).increment(by);
            }
            rig.rest().await
        });
        let mut expected: Vec<_> = expected.into_iter().map(|(tags, value)| format!("g.last[{tags}] {value}")).collect();
        expected.sort();
        prop_assert_eq!(found, expected);
    }
}
