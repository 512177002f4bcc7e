//! The sink against real servers: what was written is read back through their own queries.

use std::collections::BTreeMap;

use metrix::{MElement, Sink, Tags, Timestamp, tags};
use metrix_io::Secret;
use metrix_io::sinks::influx::Influx;

use super::{clean, measurement};
use crate::arrival::{
    Way, check_all_arrive, check_all_arrive_although_killed_at_rest, check_all_arrive_in_datagrams,
    check_all_arrive_through_a_coordinator, check_only_the_last_are_lost, kill_in_the_middle,
};
use crate::chain::chain;
use crate::hostile::START;
use crate::peers::database::Database;
use crate::peers::stored::{self, Stored};

fn by_influxdb(server: &Database) -> Stored {
    stored::by_influxdb(server, "lines", "ns")
}

fn by_influxdb_udp(server: &Database) -> Stored {
    stored::by_influxdb(server, "udp", "ns")
}

/// What VictoriaMetrics has: it adds the field to the name and the database as a tag, and keeps milliseconds.
fn by_victoria_metrics(server: &Database) -> Stored {
    let of = |((name, mut tags, millis), values): ((String, BTreeMap<String, String>, i64), Vec<f64>)| {
        tags.remove("db");
        let name = name.strip_suffix("_value").expect("the field").to_owned();
        ((name, tags, millis * 1_000_000), values)
    };
    stored::by_victoria_metrics(server).into_iter().map(of).collect()
}

/// What a server should have stored, by the table of the docs.
fn expected(elements: &[MElement]) -> Stored {
    let mut stored = Stored::new();
    for element in elements {
        let mut tags = BTreeMap::from([("host".to_owned(), "here".to_owned())]);
        let given = element.tags.iter().filter(|(_, value)| !value.is_empty());
        tags.extend(given.map(|(name, value)| (clean(name), clean(value))));
        let key = (measurement(&element.name), tags, element.at.as_nanos());
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

pub(super) fn influxdb() -> Way {
    let server = Database::influxdb();
    server.query("/query?q=CREATE%20DATABASE%20lines");
    Way { server, stored: by_influxdb, expected }
}

pub(super) fn victoria_metrics() -> Way {
    Way { server: Database::victoria_metrics(), stored: by_victoria_metrics, expected }
}

fn here(sink: Influx) -> Influx {
    sink.default_tags(tags! { "host" => "here" })
}

fn v1(way: &Way) -> Influx {
    v1_at(&format!("http://127.0.0.1:{}", way.server.http))
}

pub(super) fn v1_at(url: &str) -> Influx {
    here(Influx::v1(url, "lines").unwrap())
}

fn v2(way: &Way) -> Influx {
    v2_at(&format!("http://127.0.0.1:{}", way.server.http))
}

pub(super) fn v2_at(url: &str) -> Influx {
    here(Influx::v2(url, "org", "lines").unwrap())
}

#[tokio::test]
async fn all_arrive_at_influxdb() {
    let way = influxdb();
    let mut sink = v1(&way);
    check_all_arrive(&way, &mut sink).await;
    assert_eq!((sink.counts().connections(), sink.counts().requests()), (1, 10));
}

#[tokio::test]
async fn all_arrive_at_influxdb_by_gzip() {
    let way = influxdb();
    check_all_arrive(&way, &mut v1(&way).gzip()).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics() {
    let way = victoria_metrics();
    check_all_arrive(&way, &mut v1(&way)).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_by_version_2_and_gzip() {
    let way = victoria_metrics();
    check_all_arrive(&way, &mut v2(&way).gzip()).await;
}

fn influxdb_over_udp() -> Way {
    Way { server: Database::influxdb(), stored: by_influxdb_udp, expected }
}

fn udp(way: &Way) -> Influx {
    here(Influx::udp(&format!("127.0.0.1:{}", way.server.udp)).unwrap())
}

#[tokio::test]
async fn all_arrive_at_influxdb_over_udp() {
    let way = influxdb_over_udp();
    check_all_arrive_in_datagrams(&way, &mut udp(&way)).await;
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_over_udp() {
    let way = victoria_metrics();
    check_all_arrive_in_datagrams(&way, &mut udp(&way)).await;
}

#[tokio::test]
async fn over_udp_only_the_last_lines_are_lost_when_influxdb_is_killed() {
    let mut way = influxdb_over_udp();
    let mut sink = udp(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

#[tokio::test]
async fn over_udp_only_the_last_lines_are_lost_when_victoria_metrics_is_killed() {
    let mut way = Way { stored: once_by_victoria_metrics, ..victoria_metrics() };
    let mut sink = udp(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_the_way_through_a_coordinator() {
    let mut way = influxdb();
    let sink = v1(&way);
    check_all_arrive_through_a_coordinator(&mut way, sink).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_the_way_by_gzip_through_a_coordinator() {
    let mut way = influxdb();
    let sink = v1(&way).gzip();
    check_all_arrive_through_a_coordinator(&mut way, sink).await;
}

/// It confirms what it has in its memory, so that it is killed when that is on its disk.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_by_version_2_through_a_coordinator() {
    let on_disk = |server: &Database| stored::on_disk(server, by_victoria_metrics(server));
    let mut way = Way { stored: on_disk, ..victoria_metrics() };
    let sink = v2(&way).gzip();
    check_all_arrive_although_killed_at_rest(&mut way, sink).await;
}

#[tokio::test]
async fn nothing_is_lost_when_influxdb_is_killed() {
    let mut way = influxdb();
    let mut sink = v1(&way);
    let (_, found, expected) = kill_in_the_middle(&mut way, &mut sink).await;
    assert_eq!(found, expected);
    assert!(sink.counts().connections() >= 2);
}

fn once_by_victoria_metrics(server: &Database) -> Stored {
    stored::kept_once(server, by_victoria_metrics(server))
}

#[tokio::test]
async fn only_what_was_in_memory_is_lost_when_victoria_metrics_is_killed() {
    let mut way = Way { stored: once_by_victoria_metrics, ..victoria_metrics() };
    let mut sink = v2(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

/// A field that is an integer can't take the float, which InfluxDB drops while it stores the other lines.
#[tokio::test]
async fn what_influxdb_refuses_is_found_and_the_rest_is_stored() {
    let way = influxdb();
    let mut integers = v1(&way).integers("n");
    let at = |second: i64| Timestamp::from_secs(START + second);
    integers.write(&[MElement::new("n", 1.0, Tags::NONE, at(0))]).await.unwrap();

    let mut batch: Vec<MElement> = (0..1000).map(|number| MElement::new("m", 1.0, Tags::NONE, at(number))).collect();
    for place in [17, 500] {
        batch[place] = MElement::new("n", 0.5, Tags::NONE, at(place as i64));
    }
    let error = v1(&way).write(&batch).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.positions(), Some(&[17, 500][..]));
    let message = chain(&error);
    assert!(message.contains("400 Bad Request: \"partial write: field type conflict: input field"), "{message}");
    let found = way.wait_for(|found| found.len() >= 999);
    let mut written: Vec<MElement> = batch.iter().filter(|element| &*element.name == "m").cloned().collect();
    written.push(MElement::new("n", 1.0, Tags::NONE, at(0)));
    assert_eq!(found, expected(&written));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let way = influxdb();
    let mut sink = Influx::v1(&format!("http://127.0.0.1:{}", way.server.http), "nowhere").unwrap();
    let error = sink.write(&[MElement::new("m", 1.0, Tags::NONE, Timestamp::from_secs(START))]).await.unwrap_err();
    assert!(!error.is_retryable());
    assert!(chain(&error).ends_with(r#"404 Not Found: "database not found: \"nowhere\"""#), "{}", chain(&error));
}

/// From the first user on, InfluxDB asks who it is.
#[tokio::test]
async fn influxdb_knows_a_user_by_the_password() {
    let server = Database::influxdb_with_users();
    let (url, at) = (format!("http://127.0.0.1:{}", server.http), Timestamp::from_secs(START));
    let batch = [MElement::new("m", 1.0, tags! { "host" => "here" }, at)];
    for (password, refusal) in [("open sesame", None), ("close sesame", Some("authorization failed"))] {
        let password = Secret::new(password).unwrap();
        let mut sink = Influx::v1(&url, "lines").unwrap().user("me", &password).unwrap();
        match (sink.write(&batch).await, refusal) {
            (Ok(()), None) => {}
            (Err(error), Some(words)) => assert!(chain(&error).contains(words), "{}", chain(&error)),
            (result, _) => panic!("{result:?}"),
        }
    }
    let found = server.query("/query?db=lines&epoch=s&u=me&p=open%20sesame&q=SELECT%20*%20FROM%20m");
    assert!(found.contains(&format!("[{START},\"here\",1]")), "{found}");
}
