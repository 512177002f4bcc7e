//! Arguments, what is printed for shells and people, and exit codes.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use crate::program::Scene;

/// What prints something and ends by itself.
const PRINTS: [&[&str]; 5] = [&["schema"], &["man"], &["completions", "bash"], &["--help"], &["--version"]];

#[test]
fn exit_codes() {
    for (args, code) in [
        (&[][..], 2),
        (&["--help"], 0),
        (&["--version"], 0),
        (&["help", "run"], 0),
        (&["run", "--help"], 0),
        (&["schema"], 0),
        (&["schema", "--built-in"], 0),
        (&["man"], 0),
        (&["completions", "zsh"], 0),
        (&["completions", "cmd.exe"], 2),
        (&["check"], 2),
        (&["check", "no such file"], 2),
        (&["schema", "extra"], 2),
        (&["chekc", "config.toml"], 2),
        (&["run", "--retention", "soon"], 2),
        (&["query", "--tags", "core"], 2),
    ] {
        let ended = Scene::new().call(args).code(code);
        let (said, other) = if code == 0 { (ended.out, ended.err) } else { (ended.err, ended.out) };
        assert!(!said.is_empty() && other.is_empty(), "{args:?}");
    }
}

#[test]
fn what_exit_codes_stand_for_is_told() {
    let scene = Scene::new();
    for args in [&["--help"][..], &["man"]] {
        let told = scene.call(args).out.replace(['\\', '\n'], "");
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["a port or a sink could not be opened", "a line of input; 129, 130 and 143", "and is no failure:"]
        {
            assert!(told.contains(part), "{part} in {told}");
        }
    }
}

/// A configuration that reads StatsD from the standard input, and has these sinks.
fn config(sinks: &[&str]) -> String {
    let sinks: Vec<String> = sinks.iter().map(|sink| format!("[[sink]]\ntype = {sink}\n")).collect();
    let stream = "[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n";
    format!("[[source]]\ntype = \"statsd\"\npath = \"-\"\n{stream}{}", sinks.concat())
}

#[test]
fn what_could_have_no_effect_is_refused() {
    let (jsonl, csv) = ("\"jsonl\"", "\"csv\"\npath = \"out.csv\"");
    let (sqlite, other) = ("\"sqlite\"", "\"sqlite\"\npath = \"a.db\"");
    for (sinks, args, expected) in [
        (&[jsonl][..], ["--store", "s.db"], "--store has no effect, as the configuration has no store: "),
        (&[jsonl], ["--retention", "1h"], "--retention has no effect, as the configuration has no store: "),
        (&[sqlite, other], ["--store", "s.db"], "--store is one file, and the configuration has 2 stores: "),
        (&[sqlite, csv], ["--store", "./out.csv"], "--store, ./out.csv, is a file that the configuration has for "),
        (&[sqlite], ["--store", "-"], "a store can't be the standard output: name a file with --store"),
    ] {
        let scene = Scene::new();
        scene.write("config.toml", config(sinks));
        let ended = scene.call(&["run", args[0], args[1], "config.toml"]);
        assert_eq!((ended.code, &*ended.out), (Some(2), ""), "{ended:?}");
        assert!(ended.err.starts_with(expected), "{ended:?}");
        assert_eq!(std::fs::read_dir(scene.path("")).unwrap().count(), 1, "nothing is made");
    }
}

#[test]
fn the_standard_input_is_not_both_configuration_and_source() {
    let ended = Scene::new().call_with(&["run", "-"], config(&["\"jsonl\""]));
    assert_eq!((ended.code, &*ended.out), (Some(2), ""), "{ended:?}");
    assert!(
        ended.err.starts_with("a source reads the standard input, from which the configuration comes: "),
        "{ended:?}"
    );
}

#[test]
fn a_closed_output_ends_it_quietly() {
    let scene = Scene::new();
    for args in PRINTS {
        let (ours, other) = UnixStream::pair().unwrap();
        drop(other);
        let output = scene.command().args(args).stdout(OwnedFd::from(ours)).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?} {output:?}");
        assert!(output.stderr.is_empty(), "{args:?} {output:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_output_is_told() {
    let scene = Scene::new();
    for args in [&["schema"][..], &["man"], &["completions", "fish"]] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = scene.command().args(args).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?} {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("the standard output can't be written: No space left on device"), "{said}");
    }
}
