//! The endpoint, scraped by Prometheus and read by the parser of its pushgateway.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use metrix::{MElement, Sink, Timestamp, tags};
use metrix_io::ParseLine;
use metrix_io::sinks::prometheus::{Exposition, Format, Prometheus};
use metrix_io::sources::prometheus::PrometheusText;
use serde_json::Value;

use super::request::request;
use crate::hostile::hostile_elements;
use crate::peers::PATIENCE;
use crate::peers::database::Database;
use crate::peers::prometheus::encoded;
use crate::prometheus_names::names;

/// The last value of each series.
type Shown = BTreeMap<(String, BTreeMap<String, String>), f64>;

/// What should be shown of gauges, by the table of the docs.
fn expected(elements: &[MElement]) -> Shown {
    elements.iter().map(|element| (names(element), element.value)).collect()
}

/// What Prometheus has of the series that a selector finds, without what it adds to each.
fn scraped(server: &Database, selector: &str) -> Shown {
    let answer = server.query(&format!("/api/v1/query?query={}", encoded(selector)));
    let answer: Value = serde_json::from_str(&answer).expect("it answers in JSON");
    let mut shown = Shown::new();
    for series in answer["data"]["result"].as_array().expect("series") {
        let labels = series["metric"].as_object().expect("labels").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mut labels: BTreeMap<_, _> = labels.map(|(name, value)| (name.clone(), text(value))).collect();
        labels.retain(|name, _| !["job", "instance"].contains(&&**name));
        let name = labels.remove("__name__").expect("a name");
        shown.insert((name, labels), text(&series["value"][1]).parse().expect("a number"));
    }
    shown
}

/// Polls until Prometheus has this, and fails if it never does.
#[track_caller]
fn wait_for(server: &Database, selector: &str, expected: &Shown) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = scraped(server, selector);
        if found == *expected {
            return;
        }
        if Instant::now() > deadline {
            let wrong = found.iter().find(|(key, value)| expected.get(key) != Some(value));
            let missing = expected.iter().find(|(key, _)| !found.contains_key(key));
            panic!("{} of {} series: wrong {wrong:?}, missing {missing:?}", found.len(), expected.len());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// What is shown in a text.
fn shown(text: &str, format: Format) -> Shown {
    let mut parser = PrometheusText::new(format);
    let mut shown = Shown::new();
    for line in text.lines() {
        let read = parser.parse(line.as_bytes(), &mut |reading| {
            let labels = reading.tags.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            let before = shown.insert((reading.name.to_string(), labels), reading.value);
            assert_eq!(before, None, "{line}");
        });
        read.unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    assert!(parser.is_whole());
    shown
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prometheus_scrapes_all_and_again_after_it_was_killed() {
    let mut sink = Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut server = Database::prometheus(&[(sink.address().to_string(), "1s")]);
    let elements = hostile_elements(10_000);
    let (first, second) = elements.split_at(5000);
    sink.write(first).await.unwrap();
    let hostile = "{__name__=~\"hostile.*\"}";
    wait_for(&server, hostile, &expected(first));
    assert_eq!(scraped(&server, "up").values().collect::<Vec<_>>(), [&1.0]);

    server.peer.kill_soon();
    for batch in second.chunks(500) {
        sink.write(batch).await.unwrap();
    }
    server.peer.restart();
    wait_for(&server, hostile, &expected(&elements));
    let counts = sink.counts();
    assert_eq!(counts.series(), expected(&elements).len());
    assert!(counts.collisions() > 0 && counts.scrapes() > 1);
    sink.close().await.unwrap();
    let none = "up == 0";
    let down = BTreeMap::from([(("up".to_owned(), BTreeMap::new()), 0.0)]);
    wait_for(&server, none, &down);
}

/// Prometheus adds up what counts, however often it looks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_counters_whose_sum_is_right_after_a_gap() {
    let mut sink = Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let mut server = Database::prometheus(&[(sink.address().to_string(), "1s")]);
    let count = |value| [MElement::new("requests.count", value, tags! { "page" => "/" }, Timestamp::now())];
    let total = |value| {
        BTreeMap::from([(("requests_count_total".to_owned(), BTreeMap::from([("page".into(), "/".into())])), value)])
    };
    sink.write(&count(5.0)).await.unwrap();
    wait_for(&server, "requests_count_total", &total(5.0));
    server.peer.kill_soon();
    for _ in 0..100 {
        sink.write(&count(2.0)).await.unwrap();
    }
    server.peer.restart();
    wait_for(&server, "requests_count_total", &total(205.0));
    let kind = server.query("/api/v1/metadata?metric=requests_count_total");
    let kind_of_family = server.query("/api/v1/metadata?metric=requests_count");
    assert!(kind.contains("\"counter\"") || kind_of_family.contains("\"counter\""), "{kind} {kind_of_family}");
}

#[tokio::test]
async fn the_strictest_parser_takes_all() {
    let mut exposition = Exposition::builder().exposition();
    let mut elements = hostile_elements(10_000);
    elements.push(MElement::new("hostile.count", 3.0, tags! {}, Timestamp::EPOCH));
    elements.push(MElement::new("infinite", f64::INFINITY, tags! {}, Timestamp::EPOCH));
    exposition.write(&elements).await.unwrap();

    let server = Database::pushgateway();
    let text = exposition.render(Format::Text);
    let answer = request(server.http, "PUT", "/metrics/job/metrix", "", text.as_bytes());
    assert!(answer.starts_with("HTTP/1.0 200") || answer.starts_with("HTTP/1.1 200"), "{answer}");

    let mut wanted = expected(&elements);
    wanted.remove(&("hostile_count".to_owned(), BTreeMap::new()));
    wanted.remove(&("infinite".to_owned(), BTreeMap::new()));
    wanted.insert(("hostile_count_total".to_owned(), BTreeMap::new()), 3.0);
    let back = server.query("/metrics");
    let mut found = Shown::new();
    for ((name, mut labels), value) in shown(&back, Format::Text) {
        if labels.remove("job").is_some() {
            labels.remove("instance");
            found.insert((name, labels), value);
        }
    }
    found.retain(|(name, _), _| !name.starts_with("push_"));
    let wrong = found.iter().find(|(key, value)| wanted.get(key) != Some(value));
    let missing = wanted.iter().find(|(key, _)| !found.contains_key(key));
    assert_eq!((wrong, missing), (None, None));

    // Our own parser reads the same in either format.
    for format in [Format::Text, Format::OpenMetrics] {
        assert_eq!(shown(&exposition.render(format), format), wanted, "{format:?}");
    }
}
