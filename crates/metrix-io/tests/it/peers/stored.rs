//! What is stored: read back through the servers' own queries.

use std::collections::BTreeMap;

use serde_json::Value;

use super::database::Database;

/// All values of a name, a set of tags, and a time.
pub(crate) type Stored = BTreeMap<(String, BTreeMap<String, String>, i64), Vec<f64>>;

/// What InfluxDB has in one of its databases, with times in this unit: `s`, `ms` or `ns`.
pub(crate) fn by_influxdb(peer: &Database, database: &str, unit: &str) -> Stored {
    let answer = peer.query(&format!("/query?db={database}&epoch={unit}&q=SELECT%20*%20FROM%20%2F.*%2F"));
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
            let key = (name.to_owned(), tags, at.expect("a time"));
            stored.entry(key).or_default().push(value.expect("a number"));
        }
    }
    stored
}

/// What VictoriaMetrics has, with times in milliseconds. It keeps each of equal points.
pub(crate) fn by_victoria_metrics(peer: &Database) -> Stored {
    peer.query("/internal/force_flush");
    let mut stored = Stored::new();
    for series in peer.query("/api/v1/export?match%5B%5D=%7B__name__!%3D%22%22%7D").lines() {
        let series: Value = serde_json::from_str(series).expect("it answers in JSON");
        let mut tags: BTreeMap<_, _> = text_map(&series["metric"]).collect();
        let name = tags.remove("__name__").expect("a name");
        let (values, times) = (series["values"].as_array().unwrap(), series["timestamps"].as_array().unwrap());
        for (value, millis) in values.iter().zip(times) {
            let key = (name.clone(), tags.clone(), millis.as_i64().expect("milliseconds"));
            stored.entry(key).or_default().push(value.as_f64().expect("a number"));
        }
    }
    stored
}

/// What VictoriaMetrics has, and puts on its disk: it confirms what it has in its memory only, and a snapshot has all of that on the disk.
pub(crate) fn on_disk(peer: &Database, stored: Stored) -> Stored {
    peer.query("/snapshot/create");
    stored
}

/// The same, when it is killed and comes again: a point that it had stored and not confirmed is sent again, so that it has it twice.
pub(crate) fn kept_once(peer: &Database, stored: Stored) -> Stored {
    let mut stored = on_disk(peer, stored);
    stored.values_mut().for_each(Vec::dedup);
    stored
}

fn text_map(object: &Value) -> impl Iterator<Item = (String, String)> + '_ {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    object.as_object().into_iter().flatten().map(move |(name, value)| (name.clone(), text(value)))
}
