//! Windows by the times of what is read: at full speed, and the same every time.

use std::fmt::Write as _;

use serde_json::json;

use crate::program::{Scene, sum_of};

const STREAMS: &str = r#"
    [[stream]]
    name = "a"
    agg = ["count", "sum"]
    window = "1m"
    time = "event"
    lateness = "10s"
    [[stream]]
    name = "b*"
    agg = ["mean", "p99", "last"]
    batch = 7
    [[sink]]
    type = "jsonl"
    queue = 10
"#;

/// Lines of three names, a second between two of them, as they come out of `every`-th place of a sequence.
fn lines(from: u64, every: u64) -> String {
    (0..6000).filter(|n| n % every == from).fold(String::new(), |mut text, n| {
        let (name, shop) = (["a", "b1", "b2"][n as usize % 3], n % 5);
        writeln!(text, r#"{{"name": "{name}", "value": {n}, "tags": {{"shop": {shop}}}, "at": {}}}"#, 1_000_000 + n)
            .unwrap();
        text
    })
}

#[test]
fn the_output_is_the_same_every_time() {
    let scene = Scene::new();
    scene.write("one.jsonl", lines(0, 2));
    scene.write("other.jsonl", lines(1, 2));
    let sources = ["one", "other"].map(|name| format!("[[source]]\ntype = \"jsonl\"\npath = \"{name}.jsonl\"\n"));
    let config = format!("{}{STREAMS}", sources.concat());
    let first = scene.run(&config, &[], "").code(0);
    // Two files of the same hours are read side by side, so that nothing of the second is late.
    assert_eq!(sum_of("a.count", &first.out), 2000.0);
    assert!(!first.err.contains("late"), "{}", first.err);
    assert!(first.out.lines().count() > 2000);
    for _ in 0..5 {
        assert_eq!(scene.run(&config, &[], "").code(0).out, first.out);
    }
    // Nor does it matter how quickly they come: here in pieces, through a pipe.
    let config = config.replace("other.jsonl", "-");
    let mut running = scene.start(&config, &[]);
    for piece in lines(1, 2).as_bytes().chunks(1000) {
        std::io::Write::write_all(running.stdin(), piece).unwrap();
    }
    assert_eq!(running.end().code(0).out, first.out);
}

#[test]
fn windows_are_aligned_to_the_epoch_and_what_is_late_is_counted() {
    let config = r#"
        [[source]]
        type = "jsonl"
        path = "-"
        [[stream]]
        name = "wc"
        agg = ["sum"]
        window = "10s"
        time = "event"
        lateness = "5s"
        [[sink]]
        type = "jsonl"
    "#;
    let line = |value: u32, at: &str| format!("{}\n", json!({ "name": "wc", "value": value, "at": at }));
    let lines = [
        line(1, "2015-05-17T10:05:03Z"),
        line(2, "2015-05-17T10:05:13Z"),
        line(4, "2015-05-17T10:05:09.999Z"),
        line(8, "2015-05-17T10:05:15Z"),
        line(16, "2015-05-17T10:05:09Z"),
    ];
    let ended = Scene::new().run(config, &[], lines.concat()).code(0);
    let expected = r#"{"name":"wc.sum","value":5,"tags":{},"at":"2015-05-17T10:05:10Z","start":"2015-05-17T10:05:00Z","end":"2015-05-17T10:05:10Z"}
{"name":"wc.sum","value":10,"tags":{},"at":"2015-05-17T10:05:20Z","start":"2015-05-17T10:05:10Z","end":"2015-05-17T10:05:20Z"}
"#;
    assert_eq!(ended.out, expected);
    ended.said(&["stream \"wc\": 5 in, 2 out, 1 late"]);
}

#[test]
fn readings_without_a_time_are_told_of() {
    let config = r#"
        [[source]]
        type = "statsd"
        path = "-"
        [[stream]]
        name = "m"
        agg = ["sum"]
        window = "10s"
        time = "event"
        [[sink]]
        type = "jsonl"
    "#;
    let ended = Scene::new().run(config, &["--quiet"], "m:1|c|T1656581400\nm:2|c\n").code(0);
    assert_eq!(sum_of("m.sum", &ended.out), 3.0);
    ended.said(&["2 readings, 1 without a time"]);
}
