//! Runs each example and compares what it prints with `expected/<name>.txt`, and the guide's drawing with what is drawn now.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of the files in a folder of this package, without their extension.
fn names(folder: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

/// Where cargo puts this package's examples: beside the folder of this test.
fn program(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    test.parent().unwrap().with_file_name("examples").join(name).with_extension(env::consts::EXE_EXTENSION)
}

#[test]
fn every_story_prints_what_is_expected() {
    let stories = names("examples");
    assert_eq!(stories, names("expected"), "each story has one text in expected/, and each text a story");
    for name in stories {
        let output = Command::new(program(&name))
            .output()
            .unwrap_or_else(|error| panic!("{name}: {error}; `cargo test -p examples` builds it"));
        assert!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("expected").join(&name).with_extension("txt");
        assert_eq!(String::from_utf8_lossy(&output.stdout), fs::read_to_string(path).unwrap(), "{name}");
    }
}

#[test]
fn the_drawing_shows_the_network_of_the_news_site() {
    let output = Command::new(program("news_site")).arg("graph").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let svg = String::from_utf8(output.stdout).unwrap();
    assert!(svg.contains(">group_by(tags, [sum, mean])</text>"), "{svg}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/graph.svg");
    let again = "`cargo run -p examples --example news_site graph > docs/graph.svg` draws it anew";
    assert!(fs::read_to_string(path).unwrap() == svg, "{again}");
}
