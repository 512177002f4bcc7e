//! What Python metrix answers for batches, case by case, through the program: configuration and JSON lines in, JSON lines out.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Map, Value, json};

use crate::program::Scene;

const CASES: usize = 420;

/// As a TOML string: as JSON has it, but for one character.
fn toml(text: &str) -> String {
    json!(text).to_string().replace('\u{7f}', "\\u007F")
}

fn config(case: &Value) -> String {
    let tags = case["default_tags"].as_object().into_iter().flatten();
    let tags: Vec<_> =
        tags.map(|(name, value)| format!("{} = {}", toml(name), toml(value.as_str().unwrap()))).collect();
    format!(
        "[[source]]\ntype = \"jsonl\"\npath = \"-\"\n[[stream]]\nname = {}\nbatch = {}\nagg = {}\ndefault_tags = {{ {} }}\n[[sink]]\ntype = \"jsonl\"\n",
        toml(case["name"].as_str().unwrap()),
        case["batch_size"],
        case["aggs"],
        tags.join(", ")
    )
}

/// `null` and `{}` both stand for no tags.
fn tags(of: &Value) -> Map<String, Value> {
    of.as_object().cloned().unwrap_or_default()
}

fn check(case: &Value) {
    let scene = Scene::new();
    let elements = case["elements"].as_array().unwrap();
    let line = |element: &Value| {
        format!("{}\n", json!({ "name": case["name"], "value": element["value"], "tags": element["tags"] }))
    };
    let ended = scene.run(&config(case), &[], elements.iter().map(line).collect::<String>()).code(0);
    let mut given = ended.elements().into_iter();
    for expected in case["expected"].as_array().unwrap() {
        let (name, value, given_tags) = given.next().unwrap_or_else(|| panic!("{expected} is missing: {case}"));
        assert_eq!(
            (&*name, tags(&given_tags)),
            (expected["name"].as_str().unwrap(), tags(&expected["tags"])),
            "{case}"
        );
        let (expected, tolerance) = (expected["value"].as_f64().unwrap(), expected["tol"].as_f64().unwrap_or(1e-9));
        assert!((value - expected).abs() <= tolerance, "{value} is not {expected}: {case}");
    }
    // The last, unfinished batch, which Python never gives out.
    let pending = case["pending"].as_u64().unwrap() as usize;
    let with_defaults = |element: &Value| {
        let mut all = tags(&case["default_tags"]);
        all.extend(tags(&element["tags"]));
        Value::Object(all).to_string()
    };
    let groups: HashSet<_> = elements[elements.len() - pending..].iter().map(with_defaults).collect();
    let rest: Vec<_> = given.collect();
    // Of some groups there is no deviation.
    for agg in case["aggs"].as_array().unwrap().iter().filter(|agg| *agg != "stdev") {
        let name = format!("{}.{}", case["name"].as_str().unwrap(), agg.as_str().unwrap());
        assert_eq!(rest.iter().filter(|element| element.0 == name).count(), groups.len(), "{case}");
    }
}

#[test]
fn all_cases_come_out_as_recorded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../metrix/tests/it/data/batch_cases.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), CASES);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(case);
                }
            });
        }
    });
}
