//! Files of many chunks, whose lines are understood by several threads at once: nobody can tell.

use std::fmt::Write;

use crate::program::{Scene, sum_of};

/// Several chunks' worth.
const LINES: usize = 60_000;

fn config(source: &str, batch: usize) -> String {
    format!(
        "[[source]]\n{source}\n[[stream]]\nname = \"*\"\nagg = [\"count\", \"sum\", \"first\", \"last\"]\nbatch = {batch}\n[[sink]]\ntype = \"jsonl\"\n"
    )
}

/// Counters of more and more series, a gauge that goes up by one now and then, and a line that is wrong.
fn statsd(wrong: Option<usize>) -> String {
    let mut text = String::new();
    for line in 0..LINES {
        let _ = match line {
            _ if Some(line) == wrong => writeln!(text, "requests:many|c|#page:/articles/0"),
            _ if line % 100 == 99 => writeln!(text, "workers:+1|g|#shop:a"),
            _ => writeln!(text, "requests:{line}|c|#page:/articles/{},shop:a", line * line / LINES / 100),
        };
    }
    text
}

#[test]
fn all_comes_in_the_order_of_the_file() {
    let scene = Scene::new();
    scene.write("lines", statsd(None));
    let config = config("type = \"statsd\"\npath = \"lines\"", 2 * LINES);
    let ended = scene.run(&config, &["--quiet"], "").code(0);
    let gauges = LINES / 100;
    let elements = ended.elements();
    let of = |name: &str| elements.iter().filter(|element| element.0 == name).collect::<Vec<_>>();
    // 1 + 2 + 3 and so on, each of which rests on the one before.
    assert_eq!(of("workers.sum")[0].1, (gauges * (gauges + 1) / 2) as f64);
    assert_eq!((of("workers.first")[0].1, of("workers.last")[0].1), (1.0, gauges as f64));
    // Series come in the order in which they first appeared, each with its own first and last line.
    let pages: Vec<String> =
        of("requests.first").iter().map(|element| element.2["page"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<String> = (0..pages.len()).map(|page| format!("/articles/{page}")).collect();
    assert!(pages.len() > 500, "{}", pages.len());
    assert_eq!(pages, expected);
    let (firsts, lasts) = (of("requests.first"), of("requests.last"));
    assert!(firsts.windows(2).zip(&lasts).all(|(firsts, last)| firsts[0].1 <= last.1 && last.1 < firsts[1].1));
    let again = scene.run(&config, &["--quiet"], "").code(0);
    assert_eq!(without_times(&again.out), without_times(&ended.out));
}

/// What is the same whenever it runs: a batch without times has that of its end.
fn without_times(out: &str) -> Vec<&str> {
    out.lines().map(|line| line.split("\"at\"").next().unwrap_or_default()).collect()
}

#[test]
fn a_wrong_line_has_its_number_and_ends_a_strict_run_there() {
    let scene = Scene::new();
    let wrong = LINES - 1234;
    scene.write("lines", statsd(Some(wrong)));
    let config = config("type = \"statsd\"\npath = \"lines\"", 1000);
    let said = format!("lines:{}:10: \"many\" is no number", wrong + 1);
    let ended = scene.run(&config, &["--quiet"], "").code(0);
    ended.said(&[&said, &format!("{LINES} lines, {} readings, 1 wrong (value: 1)", LINES - 1)]);
    let strict = scene.run(&config, &["--quiet", "--strict"], "").code(2);
    let before = sum_of("requests.count", &strict.out) + sum_of("workers.count", &strict.out);
    assert_eq!(before, wrong as f64);
    strict.said(&[&said, &format!("{} lines, {wrong} readings, 1 wrong", wrong + 1)]);
}

#[test]
fn what_a_log_leaves_out_is_counted() {
    let scene = Scene::new();
    let mut text = String::new();
    for line in 0..LINES {
        let _ = match line % 4 {
            0 => writeln!(text, "GET /articles/é{line} 200 -"),
            1 => writeln!(text, "HEAD  304"),
            _ => writeln!(text, "GET /articles/{line} 200 {line}"),
        };
    }
    scene.write("lines", text);
    let source = r#"
        type = "lines"
        path = "lines"
        pattern = '^(?<method>\S+) (?<url>\S*) (?<status>\d+)(?: (?<bytes>\d+|-))?$'
        metrics = [{ name = "lines", value = 1, tags = ["method"] }, { name = "bytes", value = "bytes", tags = ["status"] }]
    "#;
    let ended = scene.run(&config(source, LINES / 2), &[], "").code(0);
    assert_eq!(sum_of("lines.count", &ended.out), LINES as f64);
    let expected: usize = (0..LINES).filter(|line| line % 4 > 1).sum();
    assert_eq!(
        (sum_of("bytes.sum", &ended.out), sum_of("bytes.count", &ended.out)),
        (expected as f64, LINES as f64 / 2.0)
    );
    ended.said(&[&format!("{} skipped as they have no value", LINES / 2)]);
}
