//! What is said when there is nothing to show, and when the question is wrong.

use super::{Filled, STORE, small};
use crate::program::Scene;

#[track_caller]
fn check(store: &Filled, args: &[&str], said: &str) {
    store.query(&[args, &["--output", "untouched"]].concat()).failed(1, &format!("{said}\n"));
    assert!(!store.0.path("untouched").exists());
}

#[test]
fn what_is_missing_is_told_with_what_there_is() {
    let store = small();
    check(
        &store,
        &["cpu"],
        "no name is as `cpu` says: did you mean `cpu.usage.max` or `cpu.usage.mean`? \
         `metrix query --series` lists them all",
    );
    check(
        &store,
        &["laod.1.mean"],
        "no name is as `laod.1.mean` says: did you mean `load.1.mean`? `metrix query --series` lists them all",
    );
    check(&store, &["x\u{1b}"], "no name is as `x\\u{1b}` says: `metrix query --series` lists them all");
    check(
        &store,
        &["cpu.*", "--tags", "core=7", "--tags", "host=a"],
        "nothing of `cpu.*` has the tags core=7,host=a: the first that was found has core=0; \
         `metrix query 'cpu.*' --series` lists them all",
    );
    check(
        &store,
        &["load.*", "--tags", "core=0"],
        "nothing of `load.*` has the tags core=0: the first that was found has none; \
         `metrix query 'load.*' --series` lists them all",
    );
    check(
        &store,
        &["cpu.*", "--last", "10m"],
        "nothing of `cpu.*` is of that time: the last is of 2015-05-17T00:00:20Z",
    );
}

#[test]
fn an_empty_store_is_no_missing_one() {
    let store = Filled::with(&[]);
    let path = store.0.path(STORE).display().to_string();
    check(&store, &[], &format!("the store {path} is empty so far: `metrix run` writes to it"));
}

#[test]
fn a_missing_store_is_named_and_how_it_comes_to_be() {
    let scene = Scene::new();
    let path = scene.path("data/metrix/metrix.db");
    let said = format!("there is no store {}: `metrix run` makes one, or name another with --store\n", path.display());
    scene.call(&["query"]).failed(1, &said);
    assert!(!path.exists());
}

#[test]
fn a_file_of_something_else_is_refused() {
    let scene = Scene::new();
    scene.write("notes.txt", "no store\n".repeat(100));
    let ended = scene.call(&["query", "--store", "notes.txt"]).code(1);
    ended.said(&["notes.txt is no store of metrix"]);
}

#[test]
fn wrong_questions_have_an_exit_code_of_their_own() {
    for (args, said) in [
        (&["--tags", "core"][..], "`core` has no `=`: write it as in core=0"),
        (&["--since", "yesterday"], "`yesterday` is no time: write it as in 2015-05-17T10:05:03Z"),
        (&["--last", "ten minutes"], "'--last <TIME>'"),
        (&["--limit", "0"], "'--limit <NUMBER>'"),
        (&["--format", "xml"], "[possible values: table, csv, json, plot, svg]"),
        (&["--series", "--format", "csv"], "cannot be used with"),
        (&["--since", "1h", "--last", "1h"], "cannot be used with"),
    ] {
        Scene::new().call(&[&["query"], args].concat()).code(2).said(&[said]);
    }
}
