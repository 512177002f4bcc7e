//! How much work it is to read.

use rusqlite::StatementStatus;

use super::*;
use crate::sinks::sqlite::writer::Writer;

/// A store in memory; the points of each of 20 series are at 0, 1, 2, ... ns.
fn filled(points: i64) -> Store {
    let mut writer = Writer::in_memory();
    let element = |series, at| {
        MElement::new(format!("m{series:02}"), at as f64, Tags::NONE, Timestamp::from_nanos(at)).since(Timestamp::EPOCH)
    };
    let batch: Vec<MElement> = (0..points).flat_map(|at| (0..20).map(move |series| element(series, at))).collect();
    writer.write(&batch, Timestamp::EPOCH, None).unwrap();
    writer.into_store()
}

fn plan(store: &Store, statement: &str) -> Vec<String> {
    let mut statement = store.connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
    let count = statement.parameter_count();
    let parameters = rusqlite::params_from_iter(std::iter::repeat_n(0, count));
    statement.query_map(parameters, |row| row.get("detail")).unwrap().map(Result::unwrap).collect()
}

/// Nothing is scanned in full, and nothing is sorted.
#[test]
fn the_indices_are_used() {
    let store = filled(1);
    assert_eq!(plan(&store, SERIES), ["SEARCH series USING COVERING INDEX sqlite_autoindex_series_1 (name>?)"]);
    assert_eq!(plan(&store, POINTS), ["SEARCH points USING PRIMARY KEY (series=? AND at>? AND at<?)"]);
}

/// The work for some points, as SQLite counts it, does not grow with the number of points.
#[test]
fn a_large_store_is_as_quick_as_a_small_one() {
    let [small, large] = [100, 5000].map(|points| {
        let store = filled(points);
        let mut statement = store.connection.prepare(POINTS).unwrap();
        let mut rows = statement.query(params![7, 50, 59, i64::MAX]).unwrap();
        let mut count = 0;
        while rows.next().unwrap().is_some() {
            count += 1;
        }
        drop(rows);
        assert_eq!((count, statement.get_status(StatementStatus::FullscanStep)), (10, 0));
        statement.get_status(StatementStatus::VmStep)
    });
    assert!(small > 10, "{small}");
    assert_eq!(small, large);
}

#[test]
fn tags_that_are_no_tags_are_damage() {
    let store = filled(1);
    store.connection.execute("UPDATE series SET tags = '[' WHERE id = 3", []).unwrap();
    assert_eq!(store.series().unwrap_err().kind, StoreErrorKind::Damaged);
    let error = store.query(&Query::names("m02")).unwrap_err();
    assert!(error.to_string().contains("is damaged"), "{error}");
    // Others are not touched by it.
    assert_eq!(store.query(&Query::names("m05")).unwrap().len(), 1);
}
