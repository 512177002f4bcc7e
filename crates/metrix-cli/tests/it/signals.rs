//! Signals: nothing that was read is lost.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use metrix_io::sinks::sqlite::{Query, Store};

use crate::program::{Running, Scene, sum_of, until};

const STATSD: &str = "[[source]]\ntype = \"statsd\"\npath = \"-\"\n";

#[test]
fn what_was_read_before_a_signal_is_delivered() {
    for (signal, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let scene = Scene::new();
        let config = format!(
            "{STATSD}[[stream]]\nname = \"each\"\nagg = [\"sum\"]\nbatch = 1\n[[stream]]\nname = \"all\"\nagg = [\"sum\"]\nwindow = \"1h\"\n[[sink]]\ntype = \"jsonl\"\n"
        );
        scene.write("config.toml", config);
        // A hangup may be ignored where the tests run, and then by all that they start.
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_metrix"), "run", "config.toml"]);
        command.current_dir(scene.path(""));
        let mut running = Running::start(command);
        for n in 1..=1000 {
            running.stdin().write_all(format!("all:{n}|c\n").as_bytes()).unwrap();
        }
        // The answer to this tells that all before it was read.
        running.stdin().write_all(b"each:1|c\n").unwrap();
        running.printed(1);
        running.signal(signal);
        let ended = running.ended().code(code);
        assert_eq!(sum_of("all.sum", &ended.out), 500_500.0);
    }
}

#[test]
fn at_full_speed_no_line_that_was_read_is_lost() {
    let scene = Scene::new();
    let config =
        format!("{STATSD}[[stream]]\nname = \"m\"\nagg = [\"count\"]\nbatch = 1000\n[[sink]]\ntype = \"jsonl\"\n");
    let mut running = scene.start(&config, &[]);
    let mut stdin = running.take_stdin();
    // As fast as it is read, until nobody reads any more.
    let writer = std::thread::spawn(move || while stdin.write_all("m:1|c\n".repeat(5000).as_bytes()).is_ok() {});
    running.printed(10);
    running.signal("TERM");
    let ended = running.ended().code(143);
    writer.join().unwrap();
    let read = ended.err.split_once("source \"stdin\": ").unwrap().1.split_once(" lines").unwrap().0;
    let count = sum_of("m.count", &ended.out);
    assert!(count >= 10_000.0);
    assert_eq!(read, count.to_string());
}

#[test]
fn a_second_signal_is_not_kept_waiting() {
    let scene = Scene::new();
    let config = format!(
        "{STATSD}[[stream]]\nname = \"m\"\nagg = [\"count\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\nrate_limit = 50\n"
    );
    let mut running = scene.start(&config, &[]);
    running.stdin().write_all("m:1|c\n".repeat(100).as_bytes()).unwrap();
    running.printed(1);
    running.signal("TERM");
    // It would wait for the next element's time. Signals that come at the same moment are one, so some more are sent.
    until("the end", || {
        running.signal("TERM");
        running.has_ended().then_some(())
    });
    running.ended().code(143);
}

#[test]
fn a_hangup_is_heard_once_and_not_at_all_by_one_that_outlives_its_terminal() {
    let scene = Scene::new();
    scene.write(
        "config.toml",
        format!("{STATSD}[[stream]]\nname = \"m\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n"),
    );
    let mut shell = Command::new("bash");
    let script = concat!("trap '' HUP; exec '", env!("CARGO_BIN_EXE_metrix"), "' run config.toml");
    shell.args(["-c", script]).current_dir(scene.path(""));
    let mut running = Running::start(shell);
    for n in 1..=3 {
        running.stdin().write_all(b"m:1|c\n").unwrap();
        running.printed(n);
        running.signal("HUP");
    }
    assert_eq!(sum_of("m.sum", &running.end().code(0).out), 3.0);
}

/// Starts it with a standard output and error that nobody reads, and writes this to its standard input.
fn start_unread(scene: &Scene, config: &str, lines: &str) -> Child {
    scene.write("config.toml", config);
    let mut command = scene.command();
    command.args(["run", "config.toml"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(lines.as_bytes()).unwrap();
    child
}

fn terminate(child: &Child) {
    assert!(Command::new("kill").args(["-s", "TERM", &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_standard_error_that_nobody_reads_holds_nothing_up() {
    let scene = Scene::new();
    let config = format!(
        "{STATSD}[[stream]]\nname = \"m\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"log\"\n[[sink]]\ntype = \"jsonl\"\npath = \"out\"\n"
    );
    // Of which the lines of the log are more than a pipe takes, and than are kept.
    let mut child = start_unread(&scene, &config, &"m:1|c\n".repeat(30_000));
    until("all elements", || {
        let out = std::fs::read_to_string(scene.path("out")).ok()?;
        (out.matches('\n').count() == 30_000).then_some(())
    });
    terminate(&child);
    let status = until("the end", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(143));
    let mut said = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut said).unwrap();
    assert!(said.len() < 1 << 20, "{} bytes", said.len());
}

#[test]
fn a_second_signal_ends_what_hangs() {
    let scene = Scene::new();
    let config = format!(
        "{STATSD}[[stream]]\nname = \"m\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n[[sink]]\ntype = \"jsonl\"\npath = \"out\"\n"
    );
    let mut child = start_unread(&scene, &config, &"m:1|c\n".repeat(3000));
    until("some elements", || std::fs::metadata(scene.path("out")).ok().filter(|out| out.len() > 0));
    let status = until("the end", || {
        terminate(&child);
        child.try_wait().unwrap()
    });
    assert_eq!(status.code(), Some(143));
}

#[test]
fn a_run_that_never_ends_by_itself_ends_well_by_a_signal() {
    let scene = Scene::new();
    let config = "[[source]]\ntype = \"host\"\nevery = \"50ms\"\n[[stream]]\nname = \"*\"\nagg = [\"last\"]\nwindow = \"1h\"\n[[sink]]\ntype = \"jsonl\"\npath = \"out\"\n[[source]]\ntype = \"statsd\"\nlisten = \"udp://127.0.0.1:0\"\n";
    let running = scene.start(config, &[]);
    running.said("listening on 127.0.0.1:");
    until("a sample", || std::fs::metadata(scene.path("out")).ok());
    running.signal("TERM");
    running.ended().code(0);
}

#[test]
fn a_followed_file_is_read_as_it_grows_and_rotates() {
    let scene = Scene::new();
    let config = "[[source]]\ntype = \"statsd\"\npath = \"log\"\nfollow = true\n[[stream]]\nname = \"m\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n";
    scene.write("log", "m:1|c\n");
    let running = scene.start(config, &[]);
    running.printed(1);
    std::fs::OpenOptions::new().append(true).open(scene.path("log")).unwrap().write_all(b"m:2|c\n").unwrap();
    running.printed(2);
    std::fs::rename(scene.path("log"), scene.path("log.1")).unwrap();
    scene.write("log", "m:4|c\n");
    running.printed(3);
    running.signal("TERM");
    assert_eq!(sum_of("m.sum", &running.ended().code(0).out), 7.0);
}

#[test]
fn a_store_that_was_killed_opens_and_has_all_that_it_has_told_of() {
    let scene = Scene::new();
    let config = format!(
        "{STATSD}[[stream]]\nname = \"m\"\nagg = [\"sum\"]\nbatch = 10\n[[sink]]\ntype = \"sqlite\"\npath = \"store.db\"\n"
    );
    let mut running = scene.start(&config, &[]);
    let path = scene.path("store.db");
    let mut told = Vec::new();
    for round in 1..=50_usize {
        for n in 0..100 {
            running.stdin().write_all(format!("m:{}|g|#n:{n}\n", round * 100 + n).as_bytes()).unwrap();
        }
        if round % 10 == 0 {
            told = until("what was sent", || {
                let elements = Store::open_read_only(&path).ok()?.query(&Query::default()).ok()?;
                (elements.len() >= round * 50).then_some(elements)
            });
        }
    }
    running.signal("KILL");
    assert_eq!(running.ended().code, None);
    let kept = Store::open_read_only(&path).unwrap().query(&Query::default()).unwrap();
    assert!(told.len() >= 2500 && told.iter().all(|element| kept.contains(element)));
}
