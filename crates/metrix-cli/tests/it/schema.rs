//! `metrix schema`.

use crate::program::Scene;

#[test]
fn check_accepts_the_schema() {
    let scene = Scene::new();
    let schema = scene.call(&["schema"]).code(0);
    assert_eq!(schema.err, "");
    let checked = scene.call_with(&["check", "-"], schema.out).code(0);
    assert_eq!(checked.err, "");
    assert!(checked.out.starts_with("stdin: ok: 13 sources, 2 streams, 13 sinks"), "{checked:?}");
}
