//! The configurations of the guide are right.

use std::fs;
use std::path::Path;

use crate::program::Scene;

#[test]
fn its_configurations_are_right() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guide");
    for page in ["the-program.md", "sinks-and-sources.md"] {
        let page = fs::read_to_string(guide.join(page)).expect("the guide is beside the crates");
        let configurations = page.split("```toml\n").skip(1).filter_map(|rest| rest.split_once("```"));
        let mut checked = 0;
        for (configuration, _) in configurations {
            let ended = Scene::new().call_with(&["check", "-"], configuration);
            assert_eq!((ended.code, &*ended.err), (Some(0), ""), "{configuration}");
            checked += 1;
        }
        assert!(checked > 0, "the chapter shows a configuration");
    }
}
