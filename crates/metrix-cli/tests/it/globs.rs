//! Streams whose names are patterns.

use serde_json::json;

use crate::program::Scene;

#[test]
fn each_name_keeps_its_own_and_goes_to_the_first_that_matches() {
    let config = r#"
        [[source]]
        type = "statsd"
        path = "-"
        [[stream]]
        name = "cpu.idle"
        agg = ["sum"]
        batch = 100
        [[stream]]
        name = "cpu.*"
        agg = ["count", { total = "sum" }]
        batch = 3
        keep_tags = ["core"]
        default_tags = { zone = "eu" }
        [[stream]]
        name = "cpu.user"
        agg = ["sum"]
        batch = 100
        [[stream]]
        name = "*"
        agg = ["max"]
        batch = 100
        drop_tags = ["ip"]
        [[sink]]
        type = "jsonl"
    "#;
    let lines =
        "cpu.user:1|c|#core:0,ip:a\ncpu.idle:7|c\ncpu.sys:2|c\ncpu.user:3|c|#ip:b,core:0\nx:5|g|#ip:c\nx:6|g|#ip:d\n";
    let ended = Scene::new().run(config, &[], lines).code(0);
    let expected = [
        ("cpu.user.count", 2.0, json!({"core": "0", "zone": "eu"})),
        ("cpu.sys.count", 1.0, json!({"zone": "eu"})),
        ("cpu.user.total", 4.0, json!({"core": "0", "zone": "eu"})),
        ("cpu.sys.total", 2.0, json!({"zone": "eu"})),
    ];
    let expected = expected.map(|(name, value, tags)| (name.to_owned(), value, tags));
    let elements = ended.elements();
    assert_eq!(elements[..4], expected);
    // What is left at the end comes in the order of the streams.
    let rest = [("cpu.idle.sum", 7.0, json!({})), ("x.max", 6.0, json!({}))];
    assert_eq!(elements[4..], rest.map(|(name, value, tags)| (name.to_owned(), value, tags)));
}

#[test]
fn what_no_stream_is_for_is_counted() {
    let config = r#"
        [[source]]
        type = "statsd"
        path = "-"
        [[stream]]
        name = "cpu.?"
        agg = ["sum"]
        batch = 1
        [[sink]]
        type = "jsonl"
    "#;
    let ended = Scene::new().run(config, &["--quiet"], "cpu.1:1|c\ncpu.10:1|c\nmemory:1|c\n").code(0);
    assert_eq!(ended.elements(), [("cpu.1.sum".to_owned(), 1.0, json!({}))]);
    ended.said(&["2 readings that no stream is for, the first of \"cpu.10\""]);
}

#[test]
fn a_tag_that_is_called_as_the_hidden_one_is_told() {
    let config = r#"
        [[source]]
        type = "statsd"
        path = "-"
        [[stream]]
        name = "plain"
        agg = ["sum"]
        batch = 1
        [[stream]]
        name = "p*"
        agg = ["sum"]
        batch = 3
        max_series = 1
        [[sink]]
        type = "jsonl"
    "#;
    let lines = "plain:1|c|#metrix.name:x\npa:1|c|#metrix.name:x\npa:1|c|#metrix.name:x\npb:1|c\n";
    let ended = Scene::new().run(config, &["--quiet"], lines).code(0);
    let expected = [
        ("plain.sum", 1.0, json!({"metrix.name": "x"})),
        ("pa.sum", 2.0, json!({})),
        ("p*.sum", 1.0, json!({"metrix.overflow": "true"})),
    ];
    assert_eq!(ended.elements(), expected.map(|(name, value, tags)| (name.to_owned(), value, tags)));
    // The advice is not to drop what nobody can.
    assert!(!ended.err.contains("drop the tag"), "{}", ended.err);
    ended.said(&["2 readings without their tag \"metrix.name\"", "counted; send fewer, or "]);
}
