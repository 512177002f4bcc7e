//! The contract of sinks.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use metrix::MElement;
use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::sinks::postgres::Postgres;

use super::peers::clean;
use crate::peers::database::Database;

/// Name, tags and the two times. Not the value: of elements that differ in that alone, the last one is kept.
type Key = (String, BTreeMap<String, String>, i64, i64);

fn stored(element: &MElement) -> Key {
    let tags = element.tags.iter().map(|(name, value)| (clean(name), clean(value))).collect();
    let micros = |at: metrix::Timestamp| at.as_nanos().div_euclid(1000);
    (clean(&element.name), tags, micros(element.at), micros(element.start.unwrap_or(element.at)))
}

#[test]
fn conformance() {
    let server = Database::postgres(None);
    let tables = AtomicUsize::new(0);
    let make = || {
        let table = format!("metrics{}", tables.fetch_add(1, Ordering::Relaxed));
        // It may not be written to at all.
        let columns = "name text, at timestamptz, start timestamptz, tags jsonb, value double precision";
        server.sql(&format!("CREATE TABLE {table} ({columns}, UNIQUE (tags, name, at, start))"));
        let sink = Postgres::new(&format!("postgres://postgres@127.0.0.1:{}/postgres", server.http)).unwrap();
        (sink.table(&table).unwrap(), table)
    };
    let read = async |table: String| {
        let rows = server.rows(&table).into_iter();
        rows.map(|((name, tags), at, start, _)| (name, tags, at, start)).collect()
    };
    SinkConformance::new(make, read).expecting(stored).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}
