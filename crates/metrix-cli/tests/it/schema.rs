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
    // It has one of each, which no run should.
    let [others, several] = checked.err.lines().collect::<Vec<_>>()[..] else { panic!("{checked:?}") };
    assert!(others.contains(": warning: some sources acknowledge and others, as this one, don't: "), "{others}");
    assert!(several.contains(": warning: several sources acknowledge, each by itself: "), "{several}");
    assert!(
        checked.out.starts_with(&*format!("stdin: ok: {sources} sources, {streams} streams, {sinks} sinks")),
        "{checked:?}"
    );
}
