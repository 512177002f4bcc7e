//! Values that a client has sampled stand for those that it has not sent.

use std::fmt::Write as _;

use crate::program::{Scene, sum_of};

const CONFIG: &str = r#"
    [[source]]
    type = "statsd"
    path = "-"
    [[stream]]
    name = "t"
    agg = ["count", "sum", "mean", "median", "p99", "max"]
    batch = 1000000
    [[sink]]
    type = "jsonl"
"#;

#[test]
fn each_stands_for_as_many_as_the_rate_says() {
    let ended = Scene::new().run(CONFIG, &["--quiet"], "t:5|ms|@0.0001\nt:8|ms\n").code(0);
    for (name, value) in [("count", 10_001.0), ("sum", 50_008.0), ("median", 5.0), ("p99", 5.0), ("max", 8.0)] {
        let found = sum_of(&format!("t.{name}"), &ended.out);
        assert!((found - value).abs() <= if name == "p99" { value / 128.0 } else { 0.0 }, "{name}: {found}");
    }
}

#[test]
fn a_batch_is_of_readings_and_not_of_what_they_stand_for() {
    let config = CONFIG.replace("1000000", "2");
    let ended = Scene::new().run(&config, &["--quiet"], "t:5:5:5|ms|@0.01\nt:1|ms\n").code(0);
    let counts = ended.elements().into_iter().filter(|element| element.0 == "t.count");
    assert_eq!(counts.map(|element| element.1).collect::<Vec<_>>(), [200.0, 101.0]);
}

#[test]
fn a_long_line_at_a_low_rate_keeps_nobody_busy() {
    // What it stands for, sent one by one, takes minutes: the run would be taken for hanging.
    let mut line = String::from("t");
    (0..500_000).for_each(|_| line.push_str(":1"));
    writeln!(line, "|ms|@0.001").unwrap();
    let ended = Scene::new().run(CONFIG, &["--quiet"], line).code(0);
    assert_eq!((sum_of("t.count", &ended.out), sum_of("t.max", &ended.out)), (5e8, 1.0));
}
