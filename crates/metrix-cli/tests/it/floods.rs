//! Floods of series: memory is bounded, whatever is sent.

use std::io::Write;

use crate::program::{Scene, elements, sum_of};

#[test]
fn a_flood_of_tags_is_bounded() {
    let scene = Scene::new();
    let lines: String = (0..300_000).map(|n| format!("m:1|c|#user:{n}-{}\n", "x".repeat(100))).collect();
    scene.write("lines", lines);
    let config = "[[source]]\ntype = \"statsd\"\npath = \"lines\"\n[[source]]\ntype = \"statsd\"\npath = \"-\"\n[[stream]]\nname = \"m\"\nagg = [\"count\", \"p99\"]\nwindow = \"1h\"\nmax_series = 1000\n[[stream]]\nname = \"end\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n";
    let mut running = scene.start(config, &[]);
    std::io::Write::write_all(running.stdin(), b"end:1|c\n").unwrap();
    running.printed(1);
    let peak = running.memory("VmHWM").unwrap();
    assert!(peak < 100_000, "{peak} kB");
    let ended = running.end().code(0);
    assert_eq!(sum_of("m.count", &ended.out), 300_000.0);
    assert_eq!(elements(&ended.out).iter().filter(|one| one.0 == "m.count").count(), 1001);
    ended.said(&["too many series", "299000 in the overflow series"]);
}

#[test]
fn long_tags_of_which_none_is_seen_twice_are_not_kept() {
    let scene = Scene::new();
    let config = "[[source]]\ntype = \"statsd\"\npath = \"-\"\n[[stream]]\nname = \"m\"\nagg = [\"count\"]\nwindow = \"1h\"\n[[stream]]\nname = \"end\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n";
    let mut running = scene.start(config, &[]);
    let tail = "x".repeat(1_000_000);
    for n in 0..200 {
        writeln!(running.stdin(), "m:1|c|#user:{n}-{tail}").unwrap();
    }
    running.stdin().write_all(b"end:1|c\n").unwrap();
    running.printed(1);
    let peak = running.memory("VmHWM").unwrap();
    assert!(peak < 100_000, "{peak} kB");
    let ended = running.end().code(0);
    assert_eq!(sum_of("m.count", &ended.out), 0.0);
    ended.said(&["200 refused for too long tags"]);
}
