//! Inputs that can't be opened, or be read to their end.

use std::fs::{File, Permissions};
use std::io::Write as _;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use crate::program::{Running, Scene, sum_of};

const REST: &str =
    "\n[[stream]]\nname = \"*\"\nagg = [\"count\"]\nbatch = 1000\n[[sink]]\ntype = \"jsonl\"\npath = \"out.jsonl\"\n";

#[test]
fn files_that_are_not_there_are_all_told_before_anything_is_done() {
    let scene = Scene::new();
    scene.write("there", "m:1|c\n");
    std::fs::create_dir(scene.path("folder")).unwrap();
    let source = |path: &str| format!("[[source]]\ntype = \"statsd\"\npath = \"{path}\"\n");
    let config = [source("there"), source("nowhere"), source("folder"), REST.to_owned()].concat();
    let ended = scene.run(&config, &[], "").code(1);
    ended.said(&["nowhere: there is no such file: check its path", "folder: it is a directory: name a file in it"]);
    assert!(!scene.path("out.jsonl").exists());
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let scene = Scene::new();
    scene.write("secret", "m:1|c\n");
    std::fs::set_permissions(scene.path("secret"), Permissions::from_mode(0o000)).unwrap();
    scene.write("config.toml", format!("[[source]]\ntype = \"statsd\"\npath = \"secret\"\n{REST}"));
    let mut command = scene.command();
    if File::open(scene.path("secret")).is_ok() {
        // The superuser may read everything, unless it gives this right away.
        const AWAY: &str = "-dac_override,-dac_read_search";
        command = Command::new("setpriv");
        command.arg(format!("--bounding-set={AWAY}")).arg(format!("--inh-caps={AWAY}"));
        command.arg(env!("CARGO_BIN_EXE_metrix")).current_dir(scene.folder());
    }
    command.args(["run", "config.toml"]);
    let ended = Running::start(command).end();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    ended.said(&["secret: it may not be read: give this user the right to read it"]);
    assert!(!scene.path("out.jsonl").exists());
}

#[test]
fn what_came_before_a_damage_is_delivered() {
    let scene = Scene::new();
    let lines: String = (0..100_000).map(|n| format!("m:{n}|c\n")).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(lines.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    scene.write("cut.gz", &packed[..packed.len() / 2]);
    let config = format!("[[source]]\ntype = \"statsd\"\npath = \"cut.gz\"\n{REST}");
    let ended = scene.run(&config, &[], "").code(1);
    let count = sum_of("m.count", &scene.read("out.jsonl"));
    assert!(count > 10_000.0 && count < 90_000.0, "{count}");
    ended.said(&["cut.gz: its compressed data is cut off after ", "not read to its end"]);
}

#[test]
fn a_port_in_use_is_named() {
    let scene = Scene::new();
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let config = format!("[[source]]\ntype = \"statsd\"\nlisten = \"udp://{address}\"\n{REST}");
    let expected = format!("something else listens on {address} (UDP): stop it, or listen on another port");
    scene.run(&config, &[], "").code(1).said(&[&expected]);
    assert!(!scene.path("out.jsonl").exists());
}

#[test]
fn in_a_live_run_a_silent_input_holds_back_no_file() {
    let scene = Scene::new();
    scene.write("lines", "m:1|c\n".repeat(1000));
    let config = format!(
        "{}{}{}{REST}",
        "[[source]]\ntype = \"statsd\"\npath = \"-\"\n",
        "[[source]]\ntype = \"statsd\"\npath = \"lines\"\n",
        "[[source]]\ntype = \"host\"\nevery = \"1h\"\n"
    );
    // Its standard input is open, and nothing comes on it.
    let running = scene.start(&config.replace("path = \"out.jsonl\"", ""), &[]);
    let out = running.printed(1);
    assert_eq!(sum_of("m.count", &out), 1000.0);
    running.signal("TERM");
    running.ended().code(143);
}
