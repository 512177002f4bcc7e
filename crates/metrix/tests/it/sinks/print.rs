//! `Print` gives what Python prints: `data/printer_lines.jsonl`, made by running the Python library.

use metrix::sink::Print;
use metrix::{MElement, Sink, Tags, Timestamp};
use serde_json::{Map, Value};

const CASES: &str = include_str!("../data/printer_lines.jsonl");

/// Where our only type of values forces a difference: Python's text and ours. Integers have no point below 2⁵³, and one
/// from there on.
const NUMBERS: [(&str, &str); 6] = [
    ("1000000000000000.0", "1000000000000000"),
    ("1152921504606846976", "1.152921504606847e+18"),
    ("-4.0", "-4"),
    ("3.0", "3"),
    ("4.0", "4"),
    ("5.0", "5"),
];

fn printed(name: &str, value: f64, tags: Tags) -> String {
    let mut sink = Print::new(Vec::new());
    let element = MElement::new(name, value, tags, Timestamp::EPOCH);
    futures::executor::block_on(sink.write(&[element])).unwrap();
    String::from_utf8(sink.into_inner()).unwrap().strip_suffix('\n').unwrap().into()
}

fn tags(tags: &Map<String, Value>) -> Tags {
    tags.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect()
}

/// `'name': 'value'`, as it stands in a line.
fn entry(name: &str, value: &Value) -> String {
    let line = printed("", 0.5, Tags::from([(name, value.as_str().unwrap())]));
    line.strip_prefix("MElement(name='', value=0.5, tags={").unwrap().strip_suffix("})").unwrap().into()
}

/// Python's line with its tags in our order, which is that of their names.
fn in_our_order(line: &str, given: &Map<String, Value>) -> String {
    let (head, entries) = line.split_once(", tags={").unwrap();
    let ours: Vec<String> = given.iter().map(|(name, value)| entry(name, value)).collect();
    let mut theirs: Vec<&String> = ours.iter().collect();
    theirs.sort_by_key(|entry| entries.find(entry.as_str()).unwrap_or_else(|| panic!("no {entry} in {line}")));
    let join = |entries: &[&String]| entries.iter().map(|entry| entry.as_str()).collect::<Vec<_>>().join(", ");
    assert_eq!(entries, format!("{}}})", join(&theirs)), "the entries are not Python's");
    format!("{head}, tags={{{}}})", join(&ours.iter().collect::<Vec<_>>()))
}

#[test]
fn the_lines_are_pythons() {
    let (mut count, mut different, mut seen) = (0, 0, Vec::new());
    for case in CASES.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let line = case["line"].as_str().unwrap();
        let mut expected = match case["tags"].as_object() {
            // Tags here are a map, so "none given" and "an empty set given" are one.
            Some(given) if given.is_empty() => line.replace("tags={}", "tags=None"),
            Some(given) => in_our_order(line, given),
            None => line.into(),
        };
        for (theirs, ours) in NUMBERS {
            let theirs = format!(", value={theirs}, ");
            if expected.contains(&theirs) {
                seen.push(ours);
                expected = expected.replace(&theirs, &format!(", value={ours}, "));
            }
        }
        let given = case["tags"].as_object().map_or(Tags::NONE, tags);
        let ours = printed(case["name"].as_str().unwrap(), case["value"].as_f64().unwrap(), given);
        assert_eq!(ours, expected, "case {}", case["case"]);
        count += 1;
        different += usize::from(ours != line);
    }
    seen.sort();
    seen.dedup();
    assert_eq!((count, different, seen.len()), (80, 27, NUMBERS.len()));
}
