//! Outputs that take nothing.

use std::process::Command;

use crate::program::{Running, Scene, sum_of};

fn config(sink: &str) -> String {
    format!(
        "[[source]]\ntype = \"statsd\"\npath = \"-\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\n{sink}\n"
    )
}

/// The program, started by a shell in this way: `metrix` stands for it.
fn shell(scene: &Scene, script: &str) -> Running {
    let mut shell = Command::new("bash");
    let script = script.replace("metrix", concat!("'", env!("CARGO_BIN_EXE_metrix"), "'"));
    shell.args(["-c", &script]).current_dir(scene.path(""));
    Running::start(shell)
}

fn lines(n: usize) -> String {
    "m:1|c\n".repeat(n)
}

#[test]
fn a_full_disk_fails_soon_with_its_cause() {
    let scene = Scene::new();
    for sink in ["type = \"jsonl\"", "type = \"csv\"", "type = \"print\""] {
        let config = config(&format!("{sink}\npath = \"/dev/full\"\nqueue = 100"));
        let ended = scene.run(&config, &[], lines(100_000)).code(1);
        ended.said(&["No space left on device", "failed last with: ", " refused"]);
    }
}

#[test]
fn a_full_disk_under_one_sink_takes_nothing_from_another_while_inputs_go_on() {
    let scene = Scene::new();
    let config = config("type = \"jsonl\"\npath = \"/dev/full\"\n[[sink]]\ntype = \"jsonl\"")
        .replace("path = \"-\"", "listen = \"udp://127.0.0.1:0\"");
    let running = scene.start(&config, &[]);
    let address = running.address();
    let client = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 1..=10 {
        client.send_to(b"m:1|c", address).unwrap();
        running.printed(n);
    }
    running.signal("TERM");
    let ended = running.ended().code(1);
    assert_eq!(sum_of("m.sum", &ended.out), 10.0);
    ended.said(&["No space left on device"]);
}

#[test]
fn a_closed_standard_output_is_a_quiet_end() {
    let scene = Scene::new();
    for sink in ["jsonl", "csv", "print", "table"] {
        scene.write("config.toml", config(&format!("type = \"{sink}\"")));
        scene.write("lines", lines(300_000));
        let script = "metrix run --quiet config.toml < lines | head -1; exit ${PIPESTATUS[0]}";
        let ended = shell(&scene, script).ended().code(0);
        assert_eq!((ended.out.lines().count(), &*ended.err), (1, ""), "{sink}");
    }
}

/// With a second sink beside this one, that one gets all of 20 000 lines. Gives what the run has said.
#[track_caller]
fn check_other_sink(sink: &str, script: &str, code: i32) -> String {
    let scene = Scene::new();
    scene.write("config.toml", config(&format!("{sink}\n[[sink]]\ntype = \"jsonl\"\npath = \"good.jsonl\"")));
    scene.write("lines", lines(20_000));
    let ended = shell(&scene, script).ended().code(code);
    assert_eq!(sum_of("m.sum", &scene.read("good.jsonl")), 20_000.0);
    ended.err
}

#[test]
fn a_sink_that_takes_nothing_ends_no_other() {
    let run = "metrix run config.toml < lines";
    let said = check_other_sink("type = \"csv\"\npath = \"/dev/full\"\nqueue = 100", run, 1);
    assert!(said.contains("sink \"csv /dev/full\" failed last with: "), "{said}");
    let head = "metrix run config.toml --quiet < lines | head -1; exit ${PIPESTATUS[0]}";
    assert_eq!(check_other_sink("type = \"csv\"", head, 0), "");
}

#[test]
fn a_sink_that_cant_be_opened_fails() {
    let scene = Scene::new();
    for sink in ["type = \"jsonl\"\npath = \"nowhere/out\"", "type = \"sqlite\"\npath = \"nowhere/store.db\""] {
        let ended = scene.run(&config(sink), &[], lines(1)).code(1);
        ended.said(&["nowhere/", "it can't be opened: "]);
    }
}

#[test]
fn what_a_policy_drops_is_told_and_no_failure() {
    let scene = Scene::new();
    let config = config("type = \"jsonl\"\nqueue = 1\nrate_limit = 0.1\noverflow = \"drop_newest\"");
    let ended = scene.run(&config, &["--quiet"], lines(100)).code(0);
    assert!(ended.out.lines().count() < 100);
    ended.said(&[" dropped for want of room"]);
}

#[test]
fn what_a_stream_refuses_is_told_and_no_failure() {
    let scene = Scene::new();
    let line = format!("m:1|c|#{}\nm:1|c\n", "x".repeat(100_000));
    let ended = scene.run(&config("type = \"jsonl\""), &["--quiet"], line).code(0);
    assert_eq!(sum_of("m.sum", &ended.out), 1.0);
    ended.said(&["1 refused for too long tags"]);
}

#[test]
fn a_store_on_a_full_disk_fails_soon_and_keeps_what_it_has() {
    let scene = Scene::new();
    scene.write("config.toml", config("type = \"sqlite\"\npath = \"store.db\""));
    scene.write("lines", lines(100_000));
    // The system lets no file become longer than this, as a disk does that is full.
    let script = "trap '' XFSZ; ulimit -f 400; exec metrix run config.toml < lines";
    let ended = shell(&scene, script).ended().code(1);
    ended.said(&["failed last with: ", "store.db"]);
    let store = metrix_io::sinks::sqlite::Store::open_read_only(scene.path("store.db")).unwrap();
    assert!(!store.query(&Default::default()).unwrap().is_empty());
}

#[test]
fn a_closed_standard_error_changes_nothing() {
    let scene = Scene::new();
    scene.write("config.toml", config("type = \"log\"\n[[sink]]\ntype = \"jsonl\""));
    scene.write("lines", "m:1|c\nwhat?\nm:2|c\n");
    let ended = shell(&scene, "exec metrix run config.toml < lines 2>&-").ended().code(0);
    assert_eq!(sum_of("m.sum", &ended.out), 3.0);
}
