//! As many metrics of StatsD as are sent are counted, by the program and by what it is measured against. How many a second it can be is measured in
//! release, by the same without an argument. It is for `cargo test --workspace`, which builds the program that is tested.

use std::path::Path;
use std::process::Command;

#[test]
fn each_metric_is_counted() {
    let bench = Path::new(env!("CARGO_BIN_EXE_statsd_udp"));
    let program = bench.with_file_name("metrix");
    assert!(program.exists(), "{} is not there: test the whole workspace, which builds it", program.display());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if !root.join("target/npm/node_modules/statsd").exists() {
        assert!(Command::new("bash").arg(root.join(".ci/peers")).status().unwrap().success());
    }
    let checked = Command::new(bench).arg("check").arg(&program).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success(), "{said}{}", String::from_utf8_lossy(&checked.stderr));
    assert_eq!(said.lines().filter(|line| line.ends_with(": each metric is counted")).count(), 2, "{said}");
}
