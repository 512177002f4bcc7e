//! Every sink keeps the contract: the kit of `metrix::testing` is run over each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// All Rust files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

/// The name of the type in a line such as `impl Sink for OpenTsdb {`.
fn implementor(line: &str) -> Option<&str> {
    let (_, name) = line.split_once("impl Sink for ").filter(|(before, _)| before.is_empty())?;
    name.split(|char: char| !char.is_alphanumeric()).next()
}

#[test]
fn every_sink_is_enrolled() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tests: Vec<String> =
        files(&root.join("tests/it")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let enrolled: Vec<&String> =
        tests.iter().filter(|text| text.to_lowercase().contains("sinkconformance::new(")).collect();
    // The sinks of each protocol: of those that share their code one is enough.
    let mut protocols: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    let sinks = root.join("src/sinks");
    for path in files(&sinks) {
        let protocol = path.strip_prefix(&sinks).unwrap().components().next().unwrap();
        let protocol = Path::new(&protocol).with_extension("");
        let source = fs::read_to_string(&path).unwrap();
        for name in source.lines().filter_map(implementor) {
            protocols.entry(protocol.clone()).or_default().push(format!("{name}::"));
        }
    }
    for (protocol, names) in &protocols {
        let is_enrolled = names.iter().any(|name| enrolled.iter().any(|text| text.contains(name)));
        assert!(is_enrolled, "the kit is run over none of {names:?} of {}", protocol.display());
    }
    assert!(protocols.len() >= 4, "only {protocols:?} were found");
}
