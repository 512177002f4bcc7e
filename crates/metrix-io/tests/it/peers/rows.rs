//! Rows that a reader of PyPI or of Python itself finds in a store.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::clients::python;

/// A row: name, the two times as the store has them, value and tags.
pub(crate) type Row = (String, i64, Option<i64>, f64, BTreeMap<String, String>);

/// What a script here prints of a store.
pub(super) fn rows(script: &str, store: &Path) -> Vec<Row> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/peers").join(script);
    let output = Command::new(python()).arg(script).arg(store).output().expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("it prints UTF-8");
    text.lines().map(row).collect()
}

fn row(line: &str) -> Row {
    let (name, at, start, value, tags): (String, i64, Option<i64>, String, Value) =
        serde_json::from_str(line).expect("it is JSON");
    let tags = tags.as_object().expect("an object").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let tags = tags.map(|(name, value)| (name.clone(), text(value))).collect();
    (name, at, start, value.parse().expect("a number"), tags)
}
