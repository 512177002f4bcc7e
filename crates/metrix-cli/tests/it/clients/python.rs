//! The clients `datadog` and `statsd` of PyPI.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{NUMBERS, ROUNDS, Received, listen};
use crate::peers::installed;
use crate::program::Scene;

/// Runs a script that sends, and checks what came by how many lines of each metric the script says to have sent.
fn check(script: &str, check: impl FnOnce(&Received, &dyn Fn(&str) -> f64)) {
    let python = python();
    let scene = Scene::new();
    let (program, port) = listen(&scene);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients").join(script);
    let mut command = Command::new(&python);
    // Nothing is to be written beside the script.
    command.arg(&script).arg(port.to_string()).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = command.output().unwrap_or_else(|error| panic!("{} can't be run: {error}", python.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sent: BTreeMap<String, u32> = serde_json::from_slice(&output.stdout).expect("the script says how many");
    assert!(sent.values().sum::<u32>() >= 100_000, "{sent:?}");
    check(&Received::of(program), &|name| f64::from(sent[&format!("app.{name}")]));
}

/// The Python that has the clients, in the versions that are asked for.
pub(crate) fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let wanted = fs::read(root.join("crates/metrix-cli/tests/it/clients/requirements.txt")).expect("it lies here");
    installed("Python with clients", || {
        let there = fs::read(root.join("target/clients/installed.txt")).ok()?;
        (there == wanted).then(|| root.join("target/clients/bin/python"))
    })
}

#[test]
fn datadog() {
    check("datadog_client.py", |received, sent| {
        for page in ["/", "/about"] {
            let tags = format!(r#"{{"env":"test","page":"{page}"}}"#);
            received.check("requests", &tags, &[("count", ROUNDS / 2.0), ("sum", 1.5 * ROUNDS)]);
        }
        let tags = r#"{"env":"test"}"#;
        received.check("stock", tags, &[("count", ROUNDS), ("sum", -ROUNDS)]);
        received.check("temperature", tags, &[("sum", NUMBERS / 4.0), ("last", (ROUNDS - 1.0) / 4.0)]);
        received.check("size", r#"{"cached":"true","env":"test"}"#, &[("count", ROUNDS), ("sum", NUMBERS)]);
        let others = r#"{"città":"Zürich","env":"test","host":"a:1"}"#;
        received.check("load", others, &[("count", ROUNDS), ("sum", NUMBERS / 8.0)]);
        received.check("latency", tags, &[("count", ROUNDS), ("sum", NUMBERS)]);
        received.check("users", tags, &[("count", ROUNDS), ("distinct", 1000.0)]);
        received.check("orders", tags, &[("count", ROUNDS), ("sum", 2.0 * ROUNDS)]);
        received.check("level", tags, &[("sum", NUMBERS), ("last", ROUNDS - 1.0)]);
        received.check("wait", tags, &[("count", ROUNDS), ("sum", 0.1 * ROUNDS)]);
        check_sampled(received, sent, tags);
    });
}

#[test]
fn statsd() {
    check("statsd_client.py", |received, sent| {
        let tags = "{}";
        received.check("requests", tags, &[("count", ROUNDS), ("sum", 3.0 * ROUNDS)]);
        received.check("requests.about", tags, &[("count", ROUNDS), ("sum", NUMBERS)]);
        received.check("stock", tags, &[("count", ROUNDS), ("sum", -ROUNDS)]);
        received.check("latency", tags, &[("count", ROUNDS), ("sum", NUMBERS)]);
        received.check("render", tags, &[("count", ROUNDS), ("sum", NUMBERS)]);
        received.check("temperature", tags, &[("sum", NUMBERS / 4.0), ("last", (ROUNDS - 1.0) / 4.0)]);
        // It goes up by two in each round.
        received.check("level", tags, &[("count", ROUNDS), ("sum", 2.0 * (NUMBERS + ROUNDS)), ("last", 2.0 * ROUNDS)]);
        // Below zero it is set to zero before.
        received.check("balance", tags, &[("count", 2.0 * ROUNDS - 1.0), ("sum", -NUMBERS), ("last", 1.0 - ROUNDS)]);
        received.check("users", tags, &[("count", ROUNDS), ("distinct", 1000.0)]);
        received.check("wait", tags, &[("count", ROUNDS), ("sum", 0.1 * ROUNDS)]);
        check_sampled(received, sent, tags);
    });
}

/// Of the counter half was sent, of the timer a quarter; about.
#[track_caller]
fn check_sampled(received: &Received, sent: &dyn Fn(&str) -> f64, tags: &str) {
    let (hits, slow) = (sent("hits"), sent("slow"));
    assert!((hits / ROUNDS - 0.5).abs() < 0.05 && (slow / ROUNDS - 0.25).abs() < 0.05, "{hits} {slow}");
    received.check("hits", tags, &[("count", hits), ("sum", 2.0 * 5.0 * hits)]);
    received.check("slow", tags, &[("count", 4.0 * slow), ("sum", 4.0 * 8.0 * slow)]);
}
