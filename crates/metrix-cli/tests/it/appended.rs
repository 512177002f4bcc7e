//! What programs that were killed have appended to a file of JSON lines.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::program::Scene;

/// An element of a file of JSON lines.
#[derive(Debug)]
pub(crate) struct Appended {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) tags: Value,
    pub(crate) at: String,
}

/// The elements of all lines that are whole: the last one of a program that was killed may be a part. None if there is no file yet.
pub(crate) fn appended(scene: &Scene, file: &str) -> Vec<Appended> {
    let text = std::fs::read(scene.path(file)).unwrap_or_default();
    let element = |line: &[u8]| {
        let mut line: Value = serde_json::from_slice(line).ok()?;
        let [name, at] = ["name", "at"].map(|key| line[key].as_str().unwrap().to_owned());
        Some(Appended { name, value: line["value"].as_f64().unwrap(), tags: line["tags"].take(), at })
    };
    text.split(|byte| *byte == b'\n').filter_map(element).collect()
}

/// The value that each window of these names had when it was appended last, by name, this tag, and end.
pub(crate) fn last_of_windows(
    appended: &[Appended],
    names: &[&str],
    tag: &str,
) -> BTreeMap<(String, String, String), f64> {
    let windows = appended.iter().filter(|element| names.contains(&&*element.name));
    let key =
        |element: &Appended| (element.name.clone(), element.tags[tag].as_str().unwrap().to_owned(), element.at.clone());
    windows.map(|element| (key(element), element.value)).collect()
}

/// Elements of a stream `ids` have their number as value, and as tag what is left of it by this: so far apart are those of one tag that no
/// batch of a thousand has three of them.
pub(crate) const TAGS_OF_IDS: i64 = 5000;

/// Every one of the first `count` ids was in some batch, however often it came: of the one or two of a tag in a batch, `min` and `max` are all.
#[track_caller]
pub(crate) fn check_ids(appended: &[Appended], count: u64) {
    let ends = appended.iter().filter(|element| ["ids.min", "ids.max"].contains(&&*element.name));
    let come: BTreeSet<u64> = ends.map(|element| element.value as u64).collect();
    let missing: Vec<u64> = (0..count).filter(|id| !come.contains(id)).collect();
    assert!(missing.is_empty(), "{} of {count} are missing: {:?}...", missing.len(), &missing[..missing.len().min(10)]);
    assert_eq!(come.last(), Some(&(count - 1)), "nothing else has come");
}
