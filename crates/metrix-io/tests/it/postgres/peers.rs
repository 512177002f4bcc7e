//! What was written is read back by psql.

use std::collections::BTreeMap;

use metrix::{MElement, Sink, Tags, Timestamp, tags};

use super::{element, sink};
use crate::arrival::{Way, check_all_arrive, check_all_arrive_through_a_coordinator, kill_in_the_middle};
use crate::hostile::START;
use crate::peers::database::Database;
use crate::peers::stored::Stored;

pub(super) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// What the server should have, by the table of the docs.
fn expected(elements: &[MElement]) -> Stored {
    let mut stored = Stored::new();
    for element in elements {
        let tags: BTreeMap<_, _> = element.tags.iter().map(|(name, value)| (clean(name), clean(value))).collect();
        let key = (clean(&element.name), tags, element.at.as_nanos().div_euclid(1000));
        stored.entry(key).or_default().push(element.value);
    }
    stored
}

fn postgres() -> Way {
    Way { server: Database::postgres(None), stored: |server| server.table("metrics"), expected }
}

#[tokio::test]
async fn all_arrive() {
    let way = postgres();
    let mut sink = sink(&way.server);
    check_all_arrive(&way, &mut sink).await;
    assert_eq!((sink.counts().connections(), sink.counts().transactions()), (1, 10));
}

#[tokio::test]
async fn nothing_is_lost_when_it_is_killed() {
    let mut way = postgres();
    let mut sink = sink(&way.server);
    let (_, found, expected) = kill_in_the_middle(&mut way, &mut sink).await;
    assert_eq!(found, expected);
    assert!(sink.counts().connections() >= 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_the_way_through_a_coordinator() {
    let mut way = postgres();
    // Which has nothing to read until there is a table.
    let mut first = sink(&way.server);
    first.write(&[element("first", 1.0, 0)]).await.unwrap();
    way.server.sql("DELETE FROM metrics");
    let sink = sink(&way.server);
    check_all_arrive_through_a_coordinator(&mut way, sink).await;
}

/// Only its value is new.
#[tokio::test]
async fn a_batch_that_is_written_again_makes_no_second_row() {
    let way = postgres();
    let mut sink = sink(&way.server);
    let batch: Vec<MElement> = (0..100).map(|second| element("a", 0.5, second)).collect();
    for _ in 0..3 {
        sink.write(&batch).await.unwrap();
    }
    assert_eq!(way.server.table("metrics"), expected(&batch));
    // What is there as it is isn't written again: rows have the transaction that wrote them.
    assert_eq!(way.server.sql("SELECT count(DISTINCT xmin::text) FROM metrics").trim(), "1");

    let newer: Vec<MElement> = (50..150).map(|second| element("a", 1.5, second)).collect();
    let twice = [&batch[50..], &newer[..]].concat();
    sink.write(&twice).await.unwrap();
    assert_eq!(sink.counts().merged_elements(), 50);
    assert_eq!(way.server.table("metrics"), expected(&[&batch[..50], &newer[..]].concat()));
}

#[tokio::test]
async fn windows_of_one_end_are_different() {
    let way = postgres();
    let at = Timestamp::from_secs(START);
    let of = |value| MElement::new("a", value, Tags::NONE, at);
    let batch = [of(1.0), of(2.0).since(Timestamp::from_secs(START - 10)), of(f64::NAN).since(Timestamp::MIN)];
    sink(&way.server).write(&batch).await.unwrap();
    let mut rows = way.server.rows("metrics");
    rows.sort_by_key(|row| row.2);
    let starts: Vec<i64> = rows.iter().map(|row| row.2).collect();
    assert_eq!(starts, [-9_223_372_036_854_776, (START - 10) * 1_000_000, START * 1_000_000]);
    assert!(rows[0].3.is_nan() && rows[1].3 == 2.0 && rows[2].3 == 1.0, "{rows:?}");
}

/// Also one of the longest, of which nothing can be made shorter.
#[tokio::test]
async fn the_longest_key_fits() {
    let way = postgres();
    let mut random = crate::hostile::Random::new(7);
    let mut text = |length: usize| (0..length).map(|_| char::from(b' ' + random.below(95) as u8)).collect::<String>();
    let at = Timestamp::from_secs(START);
    let of_name = MElement::new(text(2600), 1.0, Tags::NONE, at);
    let of_tag = MElement::new("", 2.0, tags! { "" => text(2592) }, at);
    let many: Tags = (0..200).map(|number| (format!("{number:03}"), text(2))).collect();
    let of_tags = MElement::new("", 3.0, many, at);
    let batch = [of_name, of_tag, of_tags];
    sink(&way.server).write(&batch).await.unwrap();
    assert_eq!(way.server.table("metrics"), expected(&batch));
}

/// Rows wait in a table of such a name, which would be found before it.
#[tokio::test]
async fn a_table_of_any_name_is_written_to() {
    let way = postgres();
    for name in ["metrix_batch", "metrix_batch_rows"] {
        let batch = [element(name, 1.0, 0)];
        sink(&way.server).table(name).unwrap().write(&batch).await.unwrap();
        assert_eq!(way.server.table(name), expected(&batch));
    }
}

#[tokio::test]
async fn the_table_has_its_name_and_schema() {
    let way = postgres();
    way.server.sql("CREATE SCHEMA \"my \"\"Schema\"");
    let mut sink = sink(&way.server).schema("my \"Schema").unwrap().table("Metrics; DROP").unwrap();
    let batch = [element("a", 1.0, 0)];
    sink.write(&batch).await.unwrap();
    assert_eq!(way.server.table("\"my \"\"Schema\".\"Metrics; DROP\""), expected(&batch));
}
