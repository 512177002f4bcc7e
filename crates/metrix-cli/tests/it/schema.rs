//! `metrix schema`.

use crate::program::Scene;

#[test]
fn check_accepts_the_schema() {
    let scene = Scene::new();
    let schema = scene.call(&["schema"]).code(0);
    assert_eq!(schema.err, "");
    let [sources, streams, sinks] = ["source", "stream", "sink"]
        .map(|table| schema.out.lines().filter(|line| *line == format!("[[{table}]]")).count());
    let checked = scene.call_with(&["check", "-"], schema.out).code(0);
    assert_eq!(checked.err, "");
    assert!(
        checked.out.starts_with(&*format!("stdin: ok: {sources} sources, {streams} streams, {sinks} sinks")),
        "{checked:?}"
    );
}
