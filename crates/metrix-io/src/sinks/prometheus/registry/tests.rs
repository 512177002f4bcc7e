use metrix::{Tags, Timestamp, tags};
use tokio::time::advance;

use super::*;

/// A registry of three series at most, with gauges for a minute and counters for an hour.
fn registry() -> Registry {
    let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
    let counters = Counters::new(["*.count"]);
    Registry::new(Rules { counters, max_series: 3, expiry: minute, counter_expiry: hour })
}

fn take(registry: &mut Registry, name: &str, value: f64, tags: Tags) -> Result<(), String> {
    let element = MElement::new(name, value, tags, Timestamp::from_secs(100));
    registry.take(&element, Instant::now(), &PrometheusCounts::default())
}

/// The series and their values.
fn shown(registry: &mut Registry) -> Vec<String> {
    let mut shown = Vec::new();
    for (name, family) in registry.families(Instant::now()) {
        shown.extend(family.series.iter().map(|(labels, series)| format!("{name} {labels} {}", series.value)));
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn gauges_are_replaced_and_counters_add_up() {
    let mut registry = registry();
    for value in [5.0, 3.0] {
        take(&mut registry, "a.mean", value, tags! { "x" => 1 }).unwrap();
        take(&mut registry, "a.count", value, tags! { "x" => 1 }).unwrap();
    }
    assert_eq!(shown(&mut registry), ["a_count x=\"1\" 8", "a_mean x=\"1\" 3"]);
}

#[tokio::test(start_paused = true)]
async fn what_gets_no_more_elements_goes() {
    let mut registry = registry();
    take(&mut registry, "a.mean", 1.0, tags! {}).unwrap();
    take(&mut registry, "a.count", 1.0, tags! {}).unwrap();
    let window = MElement::new("b.mean", 1.0, tags! {}, Timestamp::from_secs(100)).since(Timestamp::from_secs(60));
    registry.take(&window, Instant::now(), &PrometheusCounts::default()).unwrap();
    advance(Duration::from_secs(59)).await;
    assert_eq!(shown(&mut registry).len(), 3);
    advance(Duration::from_secs(1)).await;
    assert_eq!(shown(&mut registry), ["a_count  1", "b_mean  1"]);
    advance(Duration::from_secs(20)).await;
    assert_eq!(shown(&mut registry), ["a_count  1"]);
    take(&mut registry, "a.count", 1.0, tags! {}).unwrap();
    advance(Duration::from_secs(3599)).await;
    assert_eq!(shown(&mut registry), ["a_count  2"]);
    advance(Duration::from_secs(1)).await;
    // It has not been looked at since, and begins anew.
    take(&mut registry, "a.count", 5.0, tags! {}).unwrap();
    assert_eq!(shown(&mut registry), ["a_count  5"]);
}

#[tokio::test(start_paused = true)]
async fn there_are_only_so_many() {
    let mut registry = registry();
    for name in ["a", "b", "c"] {
        take(&mut registry, name, 1.0, tags! {}).unwrap();
    }
    take(&mut registry, "a", 2.0, tags! {}).unwrap();
    let error = take(&mut registry, "d", 1.0, tags! {}).unwrap_err();
    assert_eq!(error, "there are 3 series already: raise `max_series`, or drop a tag that has many values");
    advance(Duration::from_secs(60)).await;
    take(&mut registry, "d", 1.0, tags! {}).unwrap();
    assert_eq!(shown(&mut registry), ["d  1"]);
}

#[tokio::test(start_paused = true)]
async fn a_counter_only_grows() {
    let mut registry = registry();
    for value in [-1.0, f64::NAN, f64::INFINITY] {
        let error = take(&mut registry, "a.count", value, tags! {}).unwrap_err();
        assert!(error.contains(&format!("its value is {value}, and a counter only grows")), "{error}");
    }
    assert!(take(&mut registry, "a.mean", f64::NAN, tags! {}).is_ok());
    assert_eq!(shown(&mut registry), ["a_mean  NaN"]);
}

#[tokio::test(start_paused = true)]
async fn a_family_is_of_one_kind() {
    let mut registry = registry();
    for name in ["a.count", "a_count_total", "a.count.total", "b", "b_total"] {
        take(&mut registry, name, 1.0, tags! {}).unwrap();
    }
    assert_eq!(shown(&mut registry), ["a_count  3", "b  1", "b_total  1"]);
}

#[tokio::test(start_paused = true)]
async fn windows_of_all_time_do_no_harm() {
    let mut registry = registry();
    let element = MElement::new("a", 1.0, tags! {}, Timestamp::MAX).since(Timestamp::MIN);
    registry.take(&element, Instant::now(), &PrometheusCounts::default()).unwrap();
    let element = MElement::new("b", 1.0, tags! {}, Timestamp::MIN).since(Timestamp::MAX);
    registry.take(&element, Instant::now(), &PrometheusCounts::default()).unwrap();
    assert_eq!(shown(&mut registry).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_name_is_a_gauge_or_a_counter() {
    let mut registry = registry();
    registry.rules.counters = Counters::new(["*_total"]);
    take(&mut registry, "a.total", 1.0, tags! {}).unwrap();
    take(&mut registry, "b", 2.0, tags! {}).unwrap();
    take(&mut registry, "b", 2.0, tags! {}).unwrap();
    let error = take(&mut registry, "a", 5.0, tags! {}).unwrap_err();
    assert_eq!(error, "\"a.total\" has its name, and is a counter: rename one of them, or name both in `counters`");
    let error = take(&mut registry, "b.total", 5.0, tags! {}).unwrap_err();
    assert!(error.contains("and is a gauge"), "{error}");
    assert_eq!(shown(&mut registry), ["a  1", "b  2"]);
    advance(Duration::from_secs(60)).await;
    // The gauge has expired, and nobody has looked since.
    take(&mut registry, "b.total", 5.0, tags! {}).unwrap();
    take(&mut registry, "b.total", 5.0, tags! {}).unwrap();
    assert_eq!((shown(&mut registry), registry.series()), (vec!["a  1".to_owned(), "b  10".to_owned()], 2));
}
