//! The sink against databases that listen for Graphite's lines: what was written is read back through their own queries.

use metrix_io::sinks::graphite::Graphite;

use super::expected::{named, tagged};
use crate::arrival::{Way, check_all_arrive, check_all_arrive_in_datagrams, check_only_the_last_are_lost};
use crate::peers::database::Database;
use crate::peers::stored::{self, Stored};

/// What VictoriaMetrics has, in seconds.
fn by_victoria_metrics(server: &Database) -> Stored {
    let seconds = |((name, tags, millis), values)| ((name, tags, millis / 1000), values);
    stored::by_victoria_metrics(server).into_iter().map(seconds).collect()
}

fn once_by_victoria_metrics(server: &Database) -> Stored {
    stored::kept_once(server, by_victoria_metrics(server))
}

/// What InfluxDB has, in seconds. It knows no tags of Graphite's.
fn by_influxdb(server: &Database) -> Stored {
    stored::by_influxdb(server, "graphite", "s")
}

fn victoria_metrics() -> Way {
    Way { server: Database::victoria_metrics(), stored: by_victoria_metrics, expected: tagged }
}

fn influxdb() -> Way {
    Way { server: Database::influxdb(), stored: by_influxdb, expected: named }
}

fn sink(way: &Way) -> Graphite {
    Graphite::tcp(&format!("127.0.0.1:{}", way.server.graphite)).expect("it is an address")
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics() {
    let way = victoria_metrics();
    check_all_arrive(&way, &mut sink(&way)).await;
}

#[tokio::test]
async fn all_arrive_at_influxdb() {
    let way = influxdb();
    check_all_arrive(&way, &mut sink(&way).tags_in_names()).await;
}

fn datagrams(way: &Way) -> Graphite {
    Graphite::udp(&format!("127.0.0.1:{}", way.server.graphite)).expect("it is an address")
}

#[tokio::test]
async fn all_arrive_at_victoria_metrics_over_udp() {
    let way = victoria_metrics();
    check_all_arrive_in_datagrams(&way, &mut datagrams(&way)).await;
}

#[tokio::test]
async fn over_udp_only_the_last_lines_are_lost_when_victoria_metrics_is_killed() {
    let mut way = Way { stored: once_by_victoria_metrics, ..victoria_metrics() };
    let mut sink = datagrams(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

#[tokio::test]
async fn only_the_last_lines_are_lost_when_victoria_metrics_is_killed() {
    let mut way = Way { stored: once_by_victoria_metrics, ..victoria_metrics() };
    let mut sink = sink(&way);
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}

#[tokio::test]
async fn only_the_last_lines_are_lost_when_influxdb_is_killed() {
    let mut way = influxdb();
    let mut sink = sink(&way).tags_in_names();
    check_only_the_last_are_lost(&mut way, &mut sink).await;
}
