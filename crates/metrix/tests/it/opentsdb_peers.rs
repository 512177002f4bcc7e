//! The sink for OpenTSDB against real servers that speak its protocols: what was written is read back through their own
//! queries.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use metrix::sink::OpenTsdb;
use metrix::{MElement, Sink, Tags, Timestamp, tags};
use serde_json::Value;

use crate::peers::{PATIENCE, Peer};

/// The time of element 0; each has a second of its own.
const START: i64 = 1_700_000_000;

/// All values of a name, a set of tags, and a second.
type Stored = BTreeMap<(String, BTreeMap<String, String>, i64), Vec<f64>>;

/// What InfluxDB has in the database of its OpenTSDB listener.
fn stored_by_influxdb(peer: &Peer) -> Stored {
    let answer = peer.query("/query?db=otsdb&epoch=s&q=SELECT%20*%20FROM%20%2F.*%2F");
    let answer: Value = serde_json::from_str(&answer).expect("it answers in JSON");
    let mut stored = Stored::new();
    for measurement in answer["results"][0]["series"].as_array().into_iter().flatten() {
        let name = measurement["name"].as_str().expect("a name");
        let columns = measurement["columns"].as_array().expect("columns");
        for row in measurement["values"].as_array().expect("rows") {
            let (mut tags, mut at, mut value) = (BTreeMap::new(), None, None);
            for (column, cell) in columns.iter().zip(row.as_array().expect("cells")) {
                match column.as_str().expect("a name") {
                    "time" => at = cell.as_i64(),
                    "value" => value = cell.as_f64(),
                    // A tag of other rows is null.
                    tag => tags.extend(cell.as_str().map(|cell| (tag.to_owned(), cell.to_owned()))),
                }
            }
            let key = (name.to_owned(), tags, at.expect("seconds"));
            stored.entry(key).or_default().push(value.expect("a number"));
        }
    }
    stored
}

/// What VictoriaMetrics has. It keeps each of equal points.
fn stored_by_victoria_metrics(peer: &Peer) -> Stored {
    peer.query("/internal/force_flush");
    let mut stored = Stored::new();
    for series in peer.query("/api/v1/export?match%5B%5D=%7B__name__!%3D%22%22%7D").lines() {
        let series: Value = serde_json::from_str(series).expect("it answers in JSON");
        let mut tags: BTreeMap<_, _> = text_map(&series["metric"]).collect();
        let name = tags.remove("__name__").expect("a name");
        let (values, times) = (series["values"].as_array().unwrap(), series["timestamps"].as_array().unwrap());
        for (value, millis) in values.iter().zip(times) {
            let key = (name.clone(), tags.clone(), millis.as_i64().expect("milliseconds") / 1000);
            stored.entry(key).or_default().push(value.as_f64().expect("a number"));
        }
    }
    stored
}

fn text_map(object: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    object.as_object().into_iter().flatten().map(move |(name, value)| (name.clone(), text(value)))
}

/// Pieces of names, tags and values. No server has a meaning of its own for what they can become.
const PIECES: [&str; 24] = [
    "",
    "a",
    "B",
    "9",
    "-",
    "_",
    ".",
    "/",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "=",
    ",",
    ":",
    "|",
    "\"",
    "\\",
    "é",
    "日本",
    "🦀",
    "x\nput injected 1700000000 1 a=b\n",
    "{__name__}",
];

/// Random numbers that are the same in each run: Knuth's generator of *MMIX*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn text(&mut self, pieces: u64) -> String {
        (0..pieces).map(|_| PIECES[self.below(PIECES.len() as u64) as usize]).collect()
    }
}

/// Elements with names and tags of the worst kind, many of which become the same names.
fn hostile_elements(count: i64) -> Vec<MElement> {
    let mut random = Random(1);
    let element = |number| {
        let name = format!("hostile{}", random.text(1));
        let count = random.below(4);
        let tags: Tags = (0..count).map(|_| (random.text(1), random.text(2))).collect();
        let value = match random.below(4) {
            0 => number as f64,
            1 => -(number as f64) / 8.0,
            // VictoriaMetrics stores decimal numbers, and those of a series to the same place.
            2 => number as f64 / 1000.0,
            _ => number as f64 * 1000.0,
        };
        MElement::new(name, value, tags, Timestamp::from_secs(START + number))
    };
    (0..count).map(element).collect()
}

/// What a server should have stored, by the table of the docs.
fn expected<'a>(elements: impl IntoIterator<Item = &'a MElement>) -> Stored {
    let allowed = |char: char| matches!(char, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' | '.' | '/');
    let clean = |text: &str| {
        let clean = text.replace(|char| !allowed(char), "_");
        if clean.is_empty() { "_".to_owned() } else { clean }
    };
    let mut stored = Stored::new();
    for element in elements {
        let mut tags = BTreeMap::from([("host".to_owned(), "here".to_owned())]);
        tags.extend(element.tags.iter().map(|(name, value)| (clean(name), clean(value))));
        let key = (clean(&element.name), tags, element.at.as_nanos() / 1_000_000_000);
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

/// Polls until the server has `count` points, and fails if it never does.
#[track_caller]
fn wait_for(peer: &Peer, stored: fn(&Peer) -> Stored, is_enough: impl Fn(&Stored) -> bool) -> Stored {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = stored(peer);
        if is_enough(&found) {
            return found;
        }
        assert!(Instant::now() < deadline, "{} points have arrived, some are still missing", found.len());
        thread::sleep(Duration::from_millis(50));
    }
}

/// 10 000 hostile elements arrive, each once and as the table says, and nothing else does.
async fn check_all_arrive(peer: Peer, mut sink: OpenTsdb, stored: fn(&Peer) -> Stored) {
    let elements = hostile_elements(10_000);
    let expected = expected(&elements);
    for batch in elements.chunks(1000) {
        sink.write(batch).await.unwrap();
    }
    sink.close().await.unwrap();
    assert_eq!(sink.counts().connections(), 1);
    assert_eq!(sink.counts().replies(), 0);

    assert_eq!(expected.len(), 10_000);
    let found = wait_for(&peer, stored, |found| found.len() >= expected.len());
    let wrong = found.iter().find(|(key, values)| expected.get(key) != Some(values));
    let missing = expected.iter().find(|(key, _)| !found.contains_key(key));
    assert_eq!((wrong, missing), (None, None));
}

fn telnet(peer: &Peer) -> OpenTsdb {
    let sink = OpenTsdb::telnet(&format!("127.0.0.1:{}", peer.telnet)).expect("it is an address");
    sink.default_tags(tags! { "host" => "here" })
}

fn http(peer: &Peer) -> OpenTsdb {
    let sink = OpenTsdb::http(&format!("http://127.0.0.1:{}", peer.put)).expect("it is a URL");
    sink.default_tags(tags! { "host" => "here" }).points_per_request(NonZeroUsize::new(300).expect("it isn't zero"))
}

#[tokio::test]
async fn all_arrive_at_influxdb_over_telnet() {
    let peer = Peer::influxdb();
    let sink = telnet(&peer);
    check_all_arrive(peer, sink, stored_by_influxdb).await;
}

#[tokio::test]
async fn all_arrive_at_influxdb_over_http() {
    let peer = Peer::influxdb();
    let sink = http(&peer);
    check_all_arrive(peer, sink, stored_by_influxdb).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_over_telnet() {
    let peer = Peer::victoria_metrics();
    let sink = telnet(&peer);
    check_all_arrive(peer, sink, stored_by_victoria_metrics).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_over_http() {
    let peer = Peer::victoria_metrics();
    let sink = http(&peer);
    check_all_arrive(peer, sink, stored_by_victoria_metrics).await;
}

const BATCH: i64 = 20;

fn batch(number: i64) -> Vec<MElement> {
    let element = |number| {
        MElement::new("killed", number as f64, tags! { "n" => number % 7 }, Timestamp::from_secs(START + number))
    };
    (number * BATCH..(number + 1) * BATCH).map(element).collect()
}

fn batches(numbers: std::ops::Range<i64>) -> Stored {
    expected(&numbers.flat_map(batch).collect::<Vec<_>>())
}

fn has_all(found: &Stored, wanted: &Stored) -> bool {
    wanted.iter().all(|(key, values)| found.get(key) == Some(values))
}

/// Writes batches, of which the first 50 are stored when the server is killed while others are written. Failed batches
/// are written again to the server that is started anew, and 50 more. Gives the number of the batch that failed first,
/// and what is stored when that and all later ones are.
async fn kill_in_the_middle(mut peer: Peer, mut sink: OpenTsdb, stored: fn(&Peer) -> Stored) -> (i64, Stored, Stored) {
    let (mut next, mut failed, mut end) = (0, None, i64::MAX);
    while next < end {
        if next == 50 && failed.is_none() {
            wait_for(&peer, stored, |found| has_all(found, &batches(0..50)));
            peer.kill_soon();
        }
        let batch = batch(next);
        let Err(error) = sink.write(&batch).await else {
            next += 1;
            continue;
        };
        assert!(error.is_retryable(), "{error}");
        assert_eq!(error.unwritten(&batch).count(), batch.len());
        assert_eq!(failed, None, "the server is back, and should not have failed again: {error}");
        (failed, end) = (Some(next), next + 50);
        peer.restart();
    }
    sink.close().await.unwrap();
    assert!(sink.counts().connections() >= 2);
    let failed = failed.expect("the loop ends only after a failure");
    assert!(failed >= 50);
    let found = wait_for(&peer, stored, |found| has_all(found, &batches(failed..end)));
    (failed, found, batches(0..end))
}

#[tokio::test]
async fn over_http_nothing_is_lost_when_influxdb_is_killed() {
    let peer = Peer::influxdb();
    let sink = http(&peer);
    let (_, found, expected) = kill_in_the_middle(peer, sink, stored_by_influxdb).await;
    assert_eq!(found, expected);
}

/// What can be lost are batches that the peer, or the system for it, had taken before the first write that failed, and that
/// were not on its disk.
async fn check_only_the_last_are_lost(peer: Peer, sink: OpenTsdb, stored: fn(&Peer) -> Stored) {
    let (failed, found, expected) = kill_in_the_middle(peer, sink, stored).await;
    assert!(has_all(&expected, &found), "nothing arrives that was not sent, or not as it was sent");
    assert!(has_all(&found, &batches(0..50)), "what was stored stays");
    let lost: Stored = expected.into_iter().filter(|(key, _)| !found.contains_key(key)).collect();
    assert!(has_all(&batches(50..failed), &lost), "only writes shortly before the failure are affected");
}

#[tokio::test]
async fn over_telnet_only_the_last_lines_are_lost_when_influxdb_is_killed() {
    let peer = Peer::influxdb();
    let sink = telnet(&peer);
    check_only_the_last_are_lost(peer, sink, stored_by_influxdb).await;
}

/// It confirms what it has in its memory only; a snapshot puts it on the disk. It keeps equal points, so that a batch which
/// it had stored but not confirmed is there twice.
fn once_by_victoria_metrics(peer: &Peer) -> Stored {
    let mut stored = stored_by_victoria_metrics(peer);
    peer.query("/snapshot/create");
    stored.values_mut().for_each(Vec::dedup);
    stored
}

#[tokio::test]
async fn over_http_only_what_was_in_memory_is_lost_when_victoria_metrics_is_killed() {
    let peer = Peer::victoria_metrics();
    let sink = http(&peer);
    check_only_the_last_are_lost(peer, sink, once_by_victoria_metrics).await;
}

#[tokio::test]
async fn over_telnet_only_the_last_lines_are_lost_when_victoria_metrics_is_killed() {
    let peer = Peer::victoria_metrics();
    let sink = telnet(&peer);
    check_only_the_last_are_lost(peer, sink, once_by_victoria_metrics).await;
}
