//! The main job: this machine and its StatsD clients, shown, kept in the store, and read back from it.

use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrix::{MElement, Sink as _, Tags, Timestamp};
use metrix_io::sinks::sqlite::Sqlite;

use crate::program::{Ended, Running, Scene, until};

/// Of the port of the built-in configuration there is one on this machine: so one test at a time uses it.
fn port() -> MutexGuard<'static, ()> {
    static PORT: Mutex<()> = Mutex::new(());
    PORT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `metrix run` without anything, at work; or ended, as somebody else has the port.
fn begin(scene: &Scene) -> Result<Running, Ended> {
    let mut command = scene.command();
    command.arg("run");
    let mut running = Running::start(command);
    let is_listening = until("it listens or ends", || {
        let has_ended = running.has_ended();
        running.has_said("listening on 127.0.0.1:8125").then_some(true).or(has_ended.then_some(false))
    });
    if is_listening { Ok(running) } else { Err(running.ended()) }
}

fn send(address: &str, line: &str) {
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(line.as_bytes(), address).unwrap();
}

/// Writes an element `old` and a younger one, `young`, to a store.
fn fill(store: &Path, old: Duration, young: Duration) {
    fs::create_dir_all(store.parent().unwrap()).unwrap();
    let element = |name, ago| MElement::new(name, 1.0, Tags::NONE, Timestamp::now().saturating_sub(ago));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut sink = Sqlite::open(store).unwrap();
        sink.write(&[element("old", old), element("young", young)]).await.unwrap();
        sink.close().await.unwrap();
    });
}

/// The values of a name in a store.
fn values(scene: &Scene, store: &[&str], name: &str) -> Vec<String> {
    let ended = scene.call(&[&["query", name, "--format", "csv"], store].concat());
    assert!(ended.code == Some(0) || ended.out.is_empty(), "{ended:?}");
    ended.out.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().to_owned()).collect()
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}

#[test]
fn this_machine_and_its_clients_are_shown_kept_and_read_back() {
    let (scene, _port) = (Scene::new(), port());
    fill(&scene.path("data/metrix/metrix.db"), days(31), days(29));
    // Other programs may have the port for a while, such as these tests of another working copy.
    let running = until("the port 8125", || begin(&scene).ok());
    send("127.0.0.1:8125", "requests:3|c|#method:GET\nrequests:4|c|#method:GET");
    until("a window", || {
        ["requests.sum", "cpu.usage.mean", "memory.used.max"].iter().all(|name| running.has_printed(name)).then_some(())
    });
    // In the window that is open when it ends.
    send("127.0.0.1:8125", "last:7|c");
    running.signal("TERM");
    running.ended().code(0).said(&["source \"host\": ", "source \"udp://127.0.0.1:8125\": "]);

    assert_eq!(values(&scene, &[], "requests.sum"), ["7"]);
    assert_eq!(values(&scene, &[], "last.sum"), ["7"]);
    let core = scene.call(&["query", "cpu.*", "--last", "10m", "--tags", "core=0"]).code(0);
    assert!(core.out.contains("  cpu.usage.mean  ") && core.out.contains("  core=0  "), "{core:?}");
    assert!(!core.out.contains("core=1"), "{core:?}");
    assert_eq!((values(&scene, &[], "old").len(), values(&scene, &[], "young").len()), (0, 1), "30 days are kept");
}

#[test]
fn a_signal_leaves_the_last_window_in_the_store_that_was_named() {
    for (signal, retention, old) in [("INT", &["--retention", "1h"][..], 0), ("TERM", &[], 1)] {
        let scene = Scene::new();
        fill(&scene.path("s.db"), days(29), Duration::from_secs(1800));
        let config = scene.call(&["schema", "--built-in"]).code(0).out.replace("127.0.0.1:8125", "127.0.0.1:0");
        let running = scene.start(&config, &[&["--store", "s.db"], retention].concat());
        let said = running.said("(UDP)");
        let address = said.split_whitespace().find(|word| word.starts_with("127.0.0.1:")).unwrap();
        send(address, "last:7|c\nlast:-3|g\nlast:5|ms\nlast:x|s\nlast:y|s\nlast:x|s");
        running.signal(signal);
        running.ended().code(0);
        let store = ["--store", "s.db"];
        for (aggregate, value) in [("sum", "7"), ("last", "-3"), ("mean", "5"), ("distinct", "2")] {
            assert_eq!(values(&scene, &store, &format!("last.{aggregate}")), [value]);
        }
        assert_eq!((values(&scene, &store, "old").len(), values(&scene, &store, "young").len()), (old, 1), "{signal}");
        assert!(!scene.path("data/metrix").exists());
    }
}

#[test]
fn the_command_line_names_the_store_before_the_configuration() {
    let scene = Scene::new();
    let config = "[[source]]\ntype = \"statsd\"\npath = \"-\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n\
                  [[sink]]\ntype = \"sqlite\"\npath = \"own.db\"\n";
    scene.run(config, &["--store", "s.db"], "m:1|c\n").code(0);
    assert_eq!(values(&scene, &["--store", "s.db"], "m.sum"), ["1"]);
    assert!(!scene.path("own.db").exists());
    scene.run(config, &[], "m:2|c\n").code(0);
    assert_eq!(values(&scene, &["--store", "own.db"], "m.sum"), ["2"]);
}

#[test]
fn a_port_in_use_is_told_with_a_mend_that_works() {
    let (scene, _port) = (Scene::new(), port());
    let ended = until("a port in use", || {
        // If it can't be had, somebody else has it, and may go meanwhile.
        let _held = UdpSocket::bind("127.0.0.1:8125");
        begin(&scene).err()
    });
    ended.code(1).said(&[
        "something else listens on 127.0.0.1:8125 (UDP)",
        "`metrix schema --built-in >metrix.toml`",
        "`metrix run metrix.toml`",
    ]);
    let built_in = scene.call(&["schema", "--built-in"]).code(0).out;
    assert!(built_in.contains("\nlisten = \"udp://127.0.0.1:8125\"\n"));
    scene.write("metrix.toml", built_in);
    scene.call(&["check", "metrix.toml"]).code(0);
}
