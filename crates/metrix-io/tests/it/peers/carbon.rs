//! [`Carbon`]: Graphite's store.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{Peer, free_ports, installed, is_open};

/// Graphite's store, which keeps a point for each ten seconds of the last hour.
pub(crate) struct Carbon {
    pub(crate) peer: Peer,
    pub(crate) lines: u16,
    pub(crate) pickles: u16,
}

/// The values of a path at whole seconds.
pub(crate) type Points = BTreeMap<(String, i64), f64>;

/// So many seconds each point stands for.
pub(crate) const STEP: i64 = 10;
/// And so many points has each file, behind a head.
const POINTS: i64 = 360;
const FILE_BYTES: i64 = 28 + 12 * POINTS;

/// Where they lie.
const FILES: &str = "storage/whisper";

impl Carbon {
    pub(crate) fn start() -> Self {
        let [lines, pickles, queries] = free_ports();
        let args = |folder: &Path| {
            for name in ["logs", FILES] {
                fs::create_dir_all(folder.join(name)).expect("the folder can be written to");
            }
            let config = include_str!("carbon.conf")
                .replace("@DIR@", folder.to_str().expect("the folder's name is text"))
                .replace("@LINES@", &lines.to_string())
                .replace("@PICKLES@", &pickles.to_string())
                .replace("@QUERIES@", &queries.to_string());
            fs::write(folder.join("carbon.conf"), config).expect("the folder can be written to");
            let schemas = format!("[default]\npattern = .*\nretentions = {STEP}:{POINTS}\n");
            fs::write(folder.join("storage-schemas.conf"), schemas).expect("the folder can be written to");
            // It neither mends nor fills a file that it was killed over while it made it, so that such a one goes before it starts.
            let script = format!(
                "find \"$0/{FILES}\" -name '*.wsp' -size -{FILE_BYTES}c -delete &&
                 exec \"$1\" --config=\"$0/carbon.conf\" --nodaemon --logdir=\"$0/logs\" start"
            );
            let path = |path: &Path| path.display().to_string();
            vec!["-c".to_owned(), script, path(folder), path(&installed("carbon-cache"))]
        };
        let is_ready = move || is_open(lines) && is_open(pickles);
        Self { peer: Peer::start("bash", args, is_ready), lines, pickles }
    }

    /// All that is on its disk.
    pub(crate) fn points(&self) -> Points {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/peers/whisper_points.py");
        // That of the package, which has the library.
        let mut python = Command::new("/usr/bin/python3");
        let output = python.arg("-B").arg(script).arg(self.peer.folder().join(FILES)).output().expect("Python starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let series = std::str::from_utf8(&output.stdout).expect("it prints UTF-8").lines().map(|series| {
            let (file, points): (String, Vec<(i64, f64)>) = serde_json::from_str(series).expect("it is JSON");
            let path = path(&file);
            points.into_iter().map(move |(second, value)| ((path.clone(), second), value))
        });
        series.flatten().collect()
    }
}

/// The path that lies in a file.
fn path(file: &str) -> String {
    let path = file.strip_suffix(".wsp").expect("all are");
    match path.strip_prefix("_tagged/") {
        // In folders that are called by its hash.
        Some(rest) => rest.splitn(3, '/').nth(2).expect("there are two folders").replace("_DOT_", "."),
        None => path.replace('/', "."),
    }
}
