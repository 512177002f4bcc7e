//! The configurations of the guide are right.

use std::fs;
use std::path::Path;

use crate::program::Scene;

/// All types of sources and sinks stand in its table.
#[test]
fn its_table_is_complete() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide/the-program.md");
    let page = fs::read_to_string(page).expect("the guide is beside the crates");
    let (_, table) = page.split_once("## All keys").expect("there is such a chapter");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with('|')).collect();
    let schema = Scene::new().call(&["schema"]).code(0).out;
    let types = schema.lines().filter_map(|line| line.strip_prefix("type = \"")?.split_once('"'));
    let missing: Vec<&str> =
        types.map(|(name, _)| name).filter(|name| !rows.iter().any(|row| row.contains(&format!("`{name}`")))).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn its_configurations_are_right() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    for page in ["the-program.md", "sinks-and-sources.md"] {
        let page = fs::read_to_string(guide.join(page)).expect("the guide is beside the crates");
        let blocks = page.split("```toml").skip(1).filter_map(|rest| rest.split_once("```")?.0.split_once('\n'));
        let mut checked = 0;
        // What is said beside `toml` is a feature that not all programs have.
        for (_, configuration) in blocks.filter(|(needs, _)| needs.is_empty() || cfg!(feature = "kafka-tls")) {
            let ended = Scene::new().call_with(&["check", "-"], configuration);
            assert_eq!((ended.code, &*ended.err), (Some(0), ""), "{configuration}");
            checked += 1;
        }
        assert!(checked > 0, "the chapter shows a configuration");
    }
}
