//! Old elements go, when they are old by the clock.

use std::time::Duration;

use metrix::{MElement, Sink, Timestamp, tags};
use tokio::time::advance;

use super::Place;

const HOUR: Duration = Duration::from_secs(3600);

fn at(name: &str, at: Timestamp) -> MElement {
    MElement::new(name, 1.0, tags! { "k" => "v" }, at)
}

#[tokio::test(start_paused = true)]
async fn elements_go_when_their_time_has_come() {
    let place = Place::new();
    let mut sink = place.open().retention(HOUR);
    let start = Timestamp::now();
    let (first, second) = (at("first", start), at("second", start + HOUR / 2));
    sink.write(&[first.clone(), second.clone()]).await.unwrap();
    advance(HOUR).await;
    // A moment too early: what is an hour old is kept.
    sink.write(&[at("third", start)]).await.unwrap();
    assert_eq!(place.all().len(), 3);
    // It looks once a minute.
    advance(Duration::from_secs(59)).await;
    sink.write(&[at("fourth", start + HOUR)]).await.unwrap();
    assert_eq!(place.all().len(), 4);
    advance(Duration::from_secs(2)).await;
    sink.write(&[at("fifth", start + HOUR)]).await.unwrap();
    let left: Vec<String> = place.all().iter().map(|element| element.name.to_string()).collect();
    assert_eq!(left, ["fifth", "fourth", "second"]);
    // A series is forgotten with its last element, and comes again.
    let series: Vec<String> = place.store().series().unwrap().iter().map(|series| series.name.to_string()).collect();
    assert_eq!(series, left);
    let again = at("first", start + HOUR);
    sink.write(std::slice::from_ref(&again)).await.unwrap();
    assert!(place.all().contains(&again));
}

/// The other one's ids of series are no longer right.
#[tokio::test(start_paused = true)]
async fn two_programs_write_and_one_deletes() {
    let place = Place::new();
    let (mut keeps, mut deletes) = (place.open(), place.open().retention(HOUR));
    let start = Timestamp::now();
    keeps.write(&[at("a", start), at("b", start)]).await.unwrap();
    advance(2 * HOUR).await;
    let now = Timestamp::now();
    deletes.write(&[at("c", now), at("b", now)]).await.unwrap();
    assert_eq!(place.all(), [at("b", now), at("c", now)]);
    keeps.write(&[at("a", now), at("c", now), at("b", now)]).await.unwrap();
    assert_eq!(place.all(), [at("a", now), at("b", now), at("c", now)]);
}

/// A store does not become larger for ever.
#[tokio::test(start_paused = true)]
async fn room_that_was_freed_is_used_again() {
    let place = Place::new();
    let mut sink = place.open().retention(HOUR);
    let mut pages = Vec::new();
    for hour in 0..8 {
        for _ in 0..60 {
            let now = Timestamp::now();
            let batch: Vec<MElement> = (0..50).map(|series| at(&format!("m{series}-{hour}"), now)).collect();
            sink.write(&batch).await.unwrap();
            advance(Duration::from_secs(60)).await;
        }
        let connection = rusqlite::Connection::open(&place.0).unwrap();
        pages.push(connection.pragma_query_value(None, "page_count", |row| row.get::<_, u32>(0)).unwrap());
    }
    // All of it would take four times as much as that of the first two hours.
    assert!(pages[7] < pages[1] * 3 / 2, "{pages:?}");
    assert!(place.all().len() <= 62 * 50);
}
