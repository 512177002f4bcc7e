//! Files that a query writes.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use metrix::Tags;

use super::{Filled, element, small};

/// The names of all files beside those of the store.
fn files(store: &Filled) -> Vec<String> {
    let entries = fs::read_dir(store.0.path("")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.starts_with("metrix.db"));
    names.sort();
    names
}

#[test]
fn the_store_is_never_written_over() {
    let store = small();
    symlink("metrix.db", store.0.path("link.db")).unwrap();
    let whole = store.query(&[]);
    let path = store.0.path("metrix.db");
    for output in ["metrix.db", "./metrix.db", path.to_str().unwrap(), "link.db", "metrix.db-wal"] {
        let said = format!("{output} is the store, which would be lost: name another file with --output\n");
        store.query(&["--output", output]).failed(2, &said);
        assert_eq!(store.query(&[]), whole, "{output}");
    }
}

#[test]
fn a_file_stays_as_it_was_if_the_new_one_does_not_become_whole() {
    let elements: Vec<_> = (0..50_000).map(|secs| element("n", Tags::NONE, secs, secs as f64)).collect();
    let store = Filled::with(&elements);
    let old = store.0.path("out.csv");
    fs::write(&old, "old\n").unwrap();
    let before = files(&store);
    // The system lets no file become longer than this, as a disk does that is full.
    let script = "trap '' XFSZ; ulimit -f 100; exec \"$0\" query --store metrix.db --output out.csv";
    let metrix = env!("CARGO_BIN_EXE_metrix");
    let output = Command::new("bash").args(["-c", script, metrix]).current_dir(store.0.path("")).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("unable to write out.csv: "), "{output:?}");
    assert_eq!(fs::read_to_string(&old).unwrap(), "old\n");
    assert_eq!(files(&store), before);
}

#[test]
fn a_new_file_has_what_the_old_one_had_but_the_text() {
    let store = small();
    let (old, link) = (store.0.path("out.csv"), store.0.path("link.csv"));
    fs::write(&old, "old\n").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("out.csv", &link).unwrap();
    let before = files(&store);
    store.check(&["--output", "link.csv"], "");
    assert!(fs::read_to_string(&old).unwrap().starts_with("name,"));
    assert_eq!(fs::metadata(&old).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(link.is_symlink());
    assert_eq!(files(&store), before);
}
