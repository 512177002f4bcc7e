//! [`Carbon`]: Graphite's store.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Peer, free_ports, is_open};

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

impl Carbon {
    pub(crate) fn start() -> Self {
        let [lines, pickles, queries] = free_ports();
        let args = |folder: &Path| {
            for name in ["logs", "storage/whisper"] {
                fs::create_dir_all(folder.join(name)).expect("the folder can be written to");
            }
            let config = include_str!("carbon.conf")
                .replace("@DIR@", folder.to_str().expect("the folder's name is text"))
                .replace("@LINES@", &lines.to_string())
                .replace("@PICKLES@", &pickles.to_string())
                .replace("@QUERIES@", &queries.to_string());
            let path = folder.join("carbon.conf");
            fs::write(&path, config).expect("the folder can be written to");
            let schemas = format!("[default]\npattern = .*\nretentions = {STEP}s:1h\n");
            fs::write(folder.join("storage-schemas.conf"), schemas).expect("the folder can be written to");
            let logs = format!("--logdir={}/logs", folder.display());
            vec![format!("--config={}", path.display()), "--nodaemon".into(), logs, "start".into()]
        };
        let is_ready = move || is_open(lines) && is_open(pickles);
        Self { peer: Peer::start("carbon-cache", args, is_ready), lines, pickles }
    }

    /// All that is on its disk.
    pub(crate) fn points(&self) -> Points {
        let mut points = Points::new();
        read(&self.peer.folder().join("storage/whisper"), "", &mut points);
        points
    }
}

/// Reads the files of a folder, whose own name within the store is `path`.
fn read(folder: &Path, path: &str, points: &mut Points) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder can be read");
        let name = entry.file_name().into_string().expect("it was made of text");
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if entry.path().is_dir() {
            read(&entry.path(), &path, points);
        } else if let Some(path) = path.strip_suffix(".wsp") {
            // Tagged ones lie in folders that are called by their hash.
            let path = match path.strip_prefix("_tagged/") {
                Some(rest) => rest.splitn(3, '/').nth(2).expect("there are two folders").replace("_DOT_", "."),
                None => path.replace('/', "."),
            };
            let file = fs::read(entry.path()).expect("the file is there");
            points.extend(whisper(&file).map(|(second, value)| ((path.clone(), second), value)));
        }
    }
}

/// The points of a file of whisper's, which has one archive: a head of 28 bytes, and 12 for each point. All is big-endian.
fn whisper(file: &[u8]) -> impl Iterator<Item = (i64, f64)> + '_ {
    let points = file.get(28..).unwrap_or_default().chunks_exact(12).map(|point| {
        let (second, value) = point.split_at(4);
        let second = u32::from_be_bytes(second.try_into().expect("four bytes"));
        (i64::from(second), f64::from_be_bytes(value.try_into().expect("eight bytes")))
    });
    points.filter(|(second, _)| *second > 0)
}
