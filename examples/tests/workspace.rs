//! What holds for the workspace as a whole: which crate may need which, what may come from outside, who reads a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

/// Which of our crates each of our crates may need. Members that are not published may need all of them.
const ARROWS: [(&str, &[&str]); 4] = [
    ("metrix-core", &[]),
    ("metrix", &["metrix-core"]),
    ("metrix-io", &["metrix-core", "metrix"]),
    ("metrix-cli", &["metrix-core", "metrix", "metrix-io"]),
];

/// All that metrix-core always takes from outside.
const OF_METRIX_CORE: [&str; 6] = ["futures-core", "futures-sink", "futures-util", "hashbrown", "pin-project", "tokio"];

/// What its features add.
const OF_ITS_FEATURES: [&str; 1] = ["hyperloglockless"];

/// The licences that leave users of these crates free to do what they like.
const PERMISSIVE: [&str; 11] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Zlib",
];

static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let manifest = root().join("Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1", "--all-features", "--manifest-path"])
        .arg(manifest)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
});

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn packages() -> impl Iterator<Item = &'static Value> {
    METADATA["packages"].as_array().unwrap().iter()
}

/// The members of the workspace: all that come from no registry.
fn members() -> impl Iterator<Item = &'static Value> {
    packages().filter(|package| package["source"].is_null())
}

fn is_published(package: &Value) -> bool {
    package["publish"].as_array().is_none_or(|registries| !registries.is_empty())
}

fn name(package: &'static Value) -> &'static str {
    package["name"].as_str().unwrap()
}

/// What a package needs when it is used, and not only when it is built, tested, or checked with loom.
fn dependencies(package: &'static Value) -> impl Iterator<Item = &'static Value> {
    let all = package["dependencies"].as_array().unwrap().iter();
    all.filter(|dependency| dependency["kind"].is_null() && dependency["target"] != "cfg(metrix_loom)")
}

#[test]
fn arrows_between_crates_point_one_way() {
    let arrows = BTreeMap::from(ARROWS);
    let ours: BTreeSet<_> = members().map(name).collect();
    for package in members().filter(|package| is_published(package)) {
        let name = name(package);
        let allowed = arrows.get(name).unwrap_or_else(|| panic!("say in ARROWS what {name} may need"));
        for needed in dependencies(package).map(self::name).filter(|needed| ours.contains(needed)) {
            assert!(allowed.contains(&needed), "{name} must not need {needed}");
        }
    }
}

#[test]
fn metrix_core_needs_little() {
    let core = members().find(|package| name(package) == "metrix-core").unwrap();
    let needed = |optional: bool| -> BTreeSet<_> {
        dependencies(core).filter(|dependency| dependency["optional"] == optional).map(name).collect()
    };
    assert_eq!(needed(false), BTreeSet::from(OF_METRIX_CORE));
    assert_eq!(needed(true), BTreeSet::from(OF_ITS_FEATURES));
}

#[test]
fn every_licence_is_permissive() {
    for package in packages() {
        let licence = package["license"].as_str().unwrap_or_else(|| panic!("{} names no licence", name(package)));
        assert!(is_permissive(licence), "{}: {licence}", name(package));
    }
}

/// Whether one of the choices that the licence gives asks for nothing but permissive licences.
fn is_permissive(licence: &str) -> bool {
    // Brackets stand only around a choice: `(MIT OR Apache-2.0) AND Unicode-3.0`. So all of the parts outside of them
    // must do, and of a choice one.
    let parts = licence.replace(") AND ", ")&").replace(" AND (", "&(");
    parts.split('&').all(|part| {
        let choices = part.trim_matches(['(', ')']).replace('/', " OR ");
        choices.split(" OR ").any(|choice| choice.split(" AND ").all(|licence| PERMISSIVE.contains(&licence.trim())))
    })
}

#[test]
fn a_licence_is_read_as_its_writer_meant_it() {
    for permissive in ["MIT", "MIT/Apache-2.0", "GPL-3.0 OR MIT", "(MIT OR GPL-3.0) AND Unicode-3.0", "MIT AND Zlib"] {
        assert!(is_permissive(permissive), "{permissive}");
    }
    for other in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "GPL-3.0 AND (MIT OR ISC)"] {
        assert!(!is_permissive(other), "{other}");
    }
}

/// The Rust files below a folder, but for those that are tests.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let is_test = |path: &Path| path.ends_with("tests.rs") || path.ends_with("loom.rs");
    let is_code = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs") && !is_test(path);
    let here = files.into_iter().filter(is_code);
    here.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

/// What a file says to the compiler: neither comments nor doctests nor, where they begin, its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Fails if a file of the crate contains one of the words, the files and folders in `allowed` aside.
#[track_caller]
fn check_absence(name: &str, words: &[&str], allowed: &[&str]) {
    let folder = root().join("crates").join(name).join("src");
    for path in sources(&folder) {
        let place = path.strip_prefix(&folder).unwrap();
        if allowed.iter().any(|allowed| place.starts_with(allowed)) {
            continue;
        }
        for word in words {
            assert!(!code(&path).contains(word), "{} must not have {word}", path.display());
        }
    }
}

#[test]
fn only_the_driver_reads_a_clock() {
    let allowed = ["drive.rs", "drive", "testing.rs", "testing"];
    check_absence("metrix-core", &["Instant::now", "SystemTime::now", "sleep("], &allowed);
}

#[test]
fn metrix_core_spawns_nothing_and_does_no_io() {
    let words = ["spawn(", "std::fs", "std::net", "std::process", "std::env", "tokio::fs", "tokio::net", "tokio::io"];
    check_absence("metrix-core", &words, &[]);
}

#[test]
fn metrix_core_prints_nothing_and_blocks_nowhere() {
    let allowed = ["testing.rs", "testing"];
    check_absence("metrix-core", &["println!", "eprintln!", "block_on(", "thread::sleep"], &allowed);
}

#[test]
fn metrix_starts_tasks_where_it_says() {
    let allowed = ["coordinator.rs", "coordinator", "delivery.rs", "delivery"];
    check_absence("metrix", &["spawn("], &allowed);
    check_absence("metrix", &["spawn_blocking"], &["sink/blocking.rs"]);
    check_absence("metrix", &["thread::spawn", "thread::sleep"], &[]);
    check_absence("metrix", &["block_on("], &["testing"]);
}

#[test]
fn metrix_does_io_in_sinks_alone() {
    check_absence("metrix", &["std::fs", "tokio::fs"], &["sink/blocking", "sink/jsonl.rs", "sink/csv.rs"]);
    check_absence("metrix", &["std::net", "tokio::net"], &[]);
    check_absence("metrix", &["println!", "print!", "std::env", "std::process"], &[]);
}

#[test]
fn one_module_has_unsafe_code_and_is_short() {
    const AUDITED: &str = "shard/owned.rs";
    check_absence("metrix", &["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait"], &[AUDITED]);
    let lines = fs::read_to_string(root().join("crates/metrix/src").join(AUDITED)).unwrap().lines().count();
    assert!(lines <= 200, "{AUDITED} has {lines} lines");
    for member in members().filter(|member| is_published(member) && name(member) != "metrix") {
        let root_of_crate =
            ["src/lib.rs", "src/main.rs"].map(|file| root().join("crates").join(name(member)).join(file));
        for file in root_of_crate.iter().filter(|file| file.exists()) {
            assert!(fs::read_to_string(file).unwrap().contains("#![forbid(unsafe_code)]"), "{}", file.display());
        }
    }
}

#[test]
fn an_operator_or_a_fold_is_one_file_and_two_lines_in_the_index() {
    let folder = root().join("crates/metrix-core/src");
    for index in ["ops", "join", "fold"] {
        let text = fs::read_to_string(folder.join(index).with_extension("rs")).unwrap();
        let entries = fs::read_dir(folder.join(index)).unwrap().map(|entry| entry.unwrap().path());
        // A folder beside a file has that file's parts.
        for path in entries.filter(|path| path.is_file()) {
            let file = path.file_stem().unwrap().to_str().unwrap();
            let count = |line: String| text.lines().filter(|other| other.starts_with(&line)).count();
            assert_eq!(count(format!("mod {file};")), 1, "{index}.rs must have `mod {file};`");
            assert!(count(format!("pub use {file}::")) <= 1, "{index}.rs must export {file} in one line");
        }
    }
}

#[test]
fn the_architecture_names_every_crate_and_feature() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    for member in members() {
        let features = member["features"].as_object().unwrap().keys().map(String::as_str);
        for named in features.filter(|feature| *feature != "default").chain([name(member)]) {
            assert!(
                page.contains(&format!("`{named}`")),
                "docs/architecture.md must name `{named}` of {}",
                name(member)
            );
        }
    }
}

/// The pages in a folder.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")).collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let folders = ["", "docs", "docs/guide", "docs/decisions"];
    for page in folders.iter().flat_map(|folder| pages(&root().join(folder))) {
        let text = fs::read_to_string(&page).unwrap();
        // Every other part is code.
        let prose: String = text.split("```").step_by(2).collect();
        for link in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !link.starts_with("http") {
                assert!(page.with_file_name(file).exists(), "{} links to {link}", page.display());
            }
        }
    }
}

#[test]
fn the_readme_says_all_that_the_guides_code_needs() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    let (manifest, _) = rest.split_once("```").unwrap();
    let examples = members().find(|package| name(package) == "examples").unwrap();
    for needed in examples["dependencies"].as_array().unwrap() {
        let of_stories_alone = ["axum", "serde_json"].contains(&name(needed));
        let key = format!("{} = ", name(needed));
        let lines: String = manifest.lines().filter(|line| line.starts_with(&key)).collect();
        assert!(of_stories_alone || !lines.is_empty(), "README.md must have {key}");
        for feature in needed["features"].as_array().unwrap() {
            // Users have these without asking, as they take a crate's default features.
            let is_default = feature == "fmt" || feature == "std";
            let is_there = of_stories_alone || is_default || lines.contains(&feature.to_string());
            assert!(is_there, "README.md must have {feature} in {key}");
        }
    }
}

#[test]
fn every_chapter_is_in_the_readme_and_leads_to_the_next() {
    let folder = root().join("docs/guide");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for page in pages(&folder) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(readme.contains(&format!("](docs/guide/{name})")), "README.md must link to {name}");
    }
    let numbered = readme.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    let chapters: Vec<&str> =
        numbered.filter_map(|line| line.split_once("(docs/guide/")?.1.split_once(')')).map(|(name, _)| name).collect();
    assert!(chapters.len() > 2, "README.md must number the chapters");
    for pair in chapters.windows(2) {
        let text = fs::read_to_string(folder.join(pair[0])).unwrap();
        let (_, end) = text.rsplit_once("The next chapter").unwrap_or_else(|| panic!("{} must name the next", pair[0]));
        assert!(end.contains(&format!("]({})", pair[1])), "{} must lead to {}", pair[0], pair[1]);
    }
}
