//! Lines that are wrong: counted by kind, the first of each kind said with its place, and never a stop unless asked for.

use std::net::UdpSocket;

use crate::program::{Running, Scene, sum_of};

fn config(source: &str) -> String {
    format!("{source}\n[[stream]]\nname = \"*\"\nagg = [\"count\"]\nbatch = 1000\n[[sink]]\ntype = \"jsonl\"\n")
}

/// Of these lines all but the wrong ones are counted; `said` is what is said of those, and --strict stops at the first.
#[track_caller]
fn check(source: &str, lines: &[u8], right: f64, before: f64, said: &[&str]) {
    let scene = Scene::new();
    let ended = scene.run(&config(source), &["--quiet"], lines).code(0);
    assert_eq!(sum_of("m.count", &ended.out), right);
    let ended = ended.said(said);
    // Each kind is said once, and all together in the end.
    assert_eq!(ended.err.matches("stdin:").count(), said.len() - 1, "{}", ended.err);
    let strict = scene.run(&config(source), &["--strict", "--quiet"], lines).code(2);
    assert_eq!(sum_of("m.count", &strict.out), before);
    strict.said(&said[..1]);
}

#[test]
fn of_json_lines() {
    let lines = b"{\"name\":\"m\",\"value\":1}\nno json\n{\"name\":\"m\",\"value\":\"2\"}\n\xff\xfe\n{\"name\":\"m\",\"value\":3}\nnor this\n";
    check(
        "[[source]]\ntype = \"jsonl\"\npath = \"-\"",
        lines,
        2.0,
        1.0,
        &[
            "stdin:2:1: the line is not a JSON object: ",
            "stdin:3:21: the value \"2\" is not a number: write it without quotes, as 2",
            "source \"stdin\": 6 lines, 2 readings, 4 wrong (json: 3, value: 1)",
        ],
    );
}

#[test]
fn of_statsd() {
    let lines = b"m:1|c\nm:1|c\nm:x|c\nm:1\nm:\xff|c\nm:1|q\nm:2|c\n_e{1,1}:a|b\n";
    check(
        "[[source]]\ntype = \"statsd\"\npath = \"-\"",
        lines,
        3.0,
        2.0,
        &[
            "stdin:3:3: ",
            "stdin:4:4: ",
            "stdin:5:3: the line is not UTF-8 from here on",
            "stdin:8:1: ",
            "8 lines, 3 readings, 5 wrong (encoding: 1, event: 1, type: 2, value: 1)",
        ],
    );
}

#[test]
fn of_any_log() {
    let source = r#"
        [[source]]
        type = "lines"
        path = "-"
        pattern = '^(?<ts>\S+) (?<status>\d+|-)$'
        timestamp = { field = "ts", format = "unix" }
        metrics = [{ name = "m", value = "status" }, { name = "lines", value = 1 }]
    "#;
    let lines = b"1 200\n2 -\nwhat is this\nyesterday 200\n\xff\n3 404\n";
    check(
        source,
        lines,
        2.0,
        1.0,
        &[
            "stdin:3:1: the line doesn't match the pattern",
            "stdin:4:1: ",
            "3 wrong (pattern: 2, timestamp: 1), 1 skipped as they have no value",
        ],
    );
}

#[test]
fn an_empty_line_is_no_measurement_even_where_the_pattern_would_take_it() {
    let source = "[[source]]\ntype = 'lines'\npath = '-'\npattern = '^(?<bytes>\\d*)'\n\
                  metrics = [{ name = 'lines', value = 1 }, { name = 'bytes', value = 'bytes' }]";
    let ended = Scene::new().run(&config(source), &["--quiet"], "7\n\n\n8\n").code(0);
    assert_eq!((sum_of("lines.count", &ended.out), sum_of("bytes.count", &ended.out)), (2.0, 2.0));
}

#[test]
fn of_json_logs() {
    let source = r#"
        [[source]]
        type = "json"
        path = "-"
        timestamp = { field = "/time", format = "unix" }
        metrics = [{ name = "m", value = "/bytes" }]
    "#;
    let lines = b"{\"time\":1,\"bytes\":2}\n{\"time\":1}\n{\"time\":\"x\",\"bytes\":2}\n{\"time\":1,\"bytes\":[]}\n[\n{\"time\":4,\"bytes\":1}\n";
    check(
        source,
        lines,
        2.0,
        1.0,
        &[
            "stdin:3:",
            "stdin:4:",
            "stdin:5:",
            "3 wrong (json: 1, nested: 1, timestamp: 1), 1 skipped as they have no value",
        ],
    );
}

#[test]
fn a_line_of_a_megabyte_is_taken_and_a_longer_one_passed_over() {
    let tag = |bytes: usize| format!("m:1|c|#{}\n", "x".repeat(bytes));
    let lines = ["m:1|c\n".to_owned(), tag((1 << 20) - 7), tag(1 << 20), tag(30 << 20), "m:1|c\n".to_owned()].concat();
    let scene = Scene::new();
    let config = config("[[source]]\ntype = \"statsd\"\npath = \"-\"").replace("batch", "keep_tags = []\nbatch");
    let ended = scene.run(&config, &["--quiet"], &lines).code(0);
    assert_eq!(sum_of("m.count", &ended.out), 3.0);
    ended.said(&["stdin:3:1: the line is longer than 1 MiB", "5 lines, 3 readings, 2 wrong (too long: 2)"]);
    scene.run(&config, &["--quiet", "--strict"], &lines).code(2).said(&["stdin:3:1: the line is longer than 1 MiB"]);
}

/// Starts it, and sends it datagrams.
fn send(scene: &Scene, args: &[&str], datagrams: &[&[u8]]) -> Running {
    let running = scene.start(&config("[[source]]\ntype = \"statsd\"\nlisten = \"udp://127.0.0.1:0\""), args);
    let said = running.said("(UDP)");
    let address = said.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).unwrap();
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    for datagram in datagrams {
        client.send_to(datagram, address).unwrap();
    }
    running
}

#[test]
fn of_datagrams() {
    let datagrams: [&[u8]; 3] = [b"m:1|c\nm:x|c\nm:2|c", b"m:y|c\nm:\xff|c", b"m:3|c\nm:1|q"];
    let scene = Scene::new();
    let running = send(&scene, &[], &datagrams);
    let said = running.said("of \"m:1|q\": ");
    assert!(said.contains(": column 3 of \"m:x|c\": \"x\" is no number"), "{said}");
    running.signal("TERM");
    let ended = running.ended().code(0);
    assert_eq!(sum_of("m.count", &ended.out), 3.0);
    ended.said(&[": 7 lines, 3 readings, 4 wrong (encoding: 1, type: 1, value: 2)"]);
}

#[test]
fn of_datagrams_if_none_may_be_wrong() {
    let scene = Scene::new();
    let ended = send(&scene, &["--strict"], &[b"m:1|c", b"m:x|c\nm:1|c"]).ended().code(2);
    assert_eq!(sum_of("m.count", &ended.out), 1.0);
    ended.said(&[": column 3 of \"m:x|c\": \"x\" is no number", "1 wrong (value: 1)"]);
}
