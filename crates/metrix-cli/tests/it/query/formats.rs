//! Tables, CSV and JSON lines.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use metrix::{Tags, Timestamp, tags};

use super::{Filled, STORE, element, small};

#[test]
fn a_table_has_the_time_the_name_the_tags_and_the_value() {
    small().check(
        &[],
        "time                  name            tags    value\n\
         2015-05-17T00:00:10Z  cpu.usage.max   core=0     99\n\
         2015-05-17T00:00:10Z  cpu.usage.mean  core=0   12.5\n\
         2015-05-17T00:00:20Z  cpu.usage.mean  core=0    100\n\
         2015-05-17T00:00:10Z  cpu.usage.mean  core=1    0.1\n\
         2015-05-17T00:00:20Z  load.1.mean              0.25\n",
    );
}

#[test]
fn csv_and_json_are_what_the_sinks_write() {
    let store = small();
    store.check(
        &["cpu.usage.max", "--format", "csv"],
        "name,value,at,start,tags\r\n\
         cpu.usage.max,99,2015-05-17T00:00:10Z,2015-05-17T00:00:00Z,core=0\r\n",
    );
    store.check(
        &["*.mean", "--format", "json", "--since", "2015-05-17T00:00:20Z"],
        r#"{"name":"cpu.usage.mean","value":100,"tags":{"core":"0"},"at":"2015-05-17T00:00:20Z","start":"2015-05-17T00:00:10Z","end":"2015-05-17T00:00:20Z"}
{"name":"load.1.mean","value":0.25,"tags":{},"at":"2015-05-17T00:00:20Z"}
"#,
    );
}

#[test]
fn names_tags_times_and_numbers_choose() {
    let store = small();
    let names = |args: &[&str]| -> Vec<String> {
        let ended = store.query(&[args, &["--format", "csv"]].concat());
        assert_eq!((ended.code, &*ended.err), (Some(0), ""), "{args:?}");
        ended.out.lines().skip(1).map(|line| line.split(",2015").next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["cpu.*.m?x"]), ["cpu.usage.max,99"]);
    assert_eq!(names(&["--tags", "core=1"]), ["cpu.usage.mean,0.1"]);
    assert_eq!(names(&["cpu.*", "--limit", "2"]), ["cpu.usage.max,99", "cpu.usage.mean,12.5"]);
    assert_eq!(names(&["--since", "2015-05-17 00:00:11"]), ["cpu.usage.mean,100", "load.1.mean,0.25"]);
    assert_eq!(
        names(&["cpu.*", "--until", "2015-05-17T00:00:20Z", "--tags", "core=0"]),
        ["cpu.usage.max,99", "cpu.usage.mean,12.5"]
    );
    assert_eq!(names(&["*", "--last", "100years"]).len(), 5);
}

#[test]
fn a_value_with_a_comma_can_be_asked_for_and_several_tags() {
    let agent = |agent, host, secs| element("n", tags! { "agent" => agent, "host" => host }, secs, secs as f64);
    let store = Filled::with(&[agent("a", "x", 0), agent("a,b=c", "x", 1), agent("a,b=c", "y", 2)]);
    for (args, expected) in
        [(&["--tags", "agent=a,b=c"][..], &["1", "2"][..]), (&["--tags", "agent=a,b=c", "--tags", "host=y"], &["2"])]
    {
        let shown = store.query(&[args, &["--format", "csv"]].concat()).out;
        let values: Vec<&str> = shown.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
        assert_eq!(values, expected, "{shown}");
    }
}

#[test]
fn very_large_values_are_short() {
    let store = Filled::with(&[element("n", Tags::NONE, 0, 1e300)]);
    assert!(store.query(&[]).out.ends_with("  1e300\n"));
}

#[test]
fn the_last_minutes_are_those_before_now() {
    let ago =
        |secs: u64| Timestamp::from(std::time::SystemTime::now()).saturating_sub(std::time::Duration::from_secs(secs));
    let mut elements = [element("n", Tags::NONE, 0, 1.0), element("n", Tags::NONE, 0, 2.0)];
    (elements[0].at, elements[1].at) = (ago(7200), ago(1800));
    let store = Filled::with(&elements);
    for args in [["--last", "1h"], ["--since", "1h"]] {
        let shown = store.query(&[&args[..], &["--format", "csv"]].concat()).out;
        assert!(shown.contains("\r\nn,2,") && !shown.contains("\r\nn,1,"), "{shown}");
    }
    let shown = store.query(&["--until", "1h", "--format", "csv"]).out;
    assert!(shown.contains("\r\nn,1,") && !shown.contains("\r\nn,2,"), "{shown}");
}

#[test]
fn series_are_listed_with_their_times() {
    let store = small();
    store.check(
        &["--series"],
        "name            tags    elements  first                 last\n\
         cpu.usage.max   core=0         1  2015-05-17T00:00:10Z  2015-05-17T00:00:10Z\n\
         cpu.usage.mean  core=0         2  2015-05-17T00:00:10Z  2015-05-17T00:00:20Z\n\
         cpu.usage.mean  core=1         1  2015-05-17T00:00:10Z  2015-05-17T00:00:10Z\n\
         load.1.mean                    1  2015-05-17T00:00:20Z  2015-05-17T00:00:20Z\n",
    );
    let one = store.query(&["load.*", "--series"]).out;
    assert_eq!(one.lines().count(), 2, "{one}");
}

#[test]
fn the_store_of_the_user_is_read_unless_one_is_named() {
    let Filled(scene) = small();
    fs::create_dir_all(scene.path("data/metrix")).unwrap();
    fs::rename(scene.path(STORE), scene.path("data/metrix/metrix.db")).unwrap();
    let ended = scene.call(&["query", "load.*", "--format", "csv"]).code(0);
    assert_eq!(ended.out.lines().count(), 2, "{ended:?}");
}

#[test]
fn a_file_is_made_anew() {
    let store = small();
    store.0.write("out.csv", "something long that was there before\n".repeat(100));
    store.check(&["load.*", "--output", "out.csv"], "");
    let expected = "name,value,at,start,tags\r\nload.1.mean,0.25,2015-05-17T00:00:20Z,,\r\n";
    assert_eq!(store.0.read("out.csv"), expected);
}

#[test]
fn the_extension_of_the_output_says_the_format() {
    let store = small();
    for (name, begin) in [("o.csv", "name,value,"), ("o.jsonl", "{\"name\":"), ("o.svg", "<svg "), ("o.txt", "time  ")]
    {
        store.check(&["--output", name], "");
        let text = store.0.read(name);
        assert!(text.starts_with(begin), "{name}: {text}");
    }
    store.check(&["--format", "csv", "--output", "o.svg"], "");
    assert!(store.0.read("o.svg").starts_with("name,value,"));
}

#[test]
fn names_send_no_commands_to_the_terminal() {
    let store = Filled::with(&[element("a\u{1b}[2J\nb", tags! { "k\r" => "\u{202e}v" }, 0, 1.0)]);
    store.check(
        &[],
        "time                  name           tags           value\n\
         2015-05-17T00:00:00Z  a\\u{1b}[2J\\nb  k\\r=\\u{202e}v      1\n",
    );
    let series = store.query(&["--series"]).out;
    assert!(!series.contains(['\u{1b}', '\r', '\u{202e}']), "{series:?}");
}

#[test]
fn values_without_a_form_in_json_are_counted() {
    let store = Filled::with(&[element("n", Tags::NONE, 0, f64::INFINITY), element("n", Tags::NONE, 1, 2.0)]);
    let ended = store.query(&["--format", "json"]);
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.out, "{\"name\":\"n\",\"value\":2,\"tags\":{},\"at\":\"2015-05-17T00:00:01Z\"}\n");
    let said = "1 value is left out, as it is not finite and this format has no form for it: CSV has one\n";
    assert_eq!(ended.err, said);
    assert!(store.query(&["--format", "csv"]).out.contains("n,inf,"));
}

/// As with `| head -1`: what the pipe holds is less than what there is to write.
#[test]
fn a_closed_pipe_is_no_fault() {
    let elements: Vec<_> = (0..50_000).map(|secs| element("n", Tags::NONE, secs, secs as f64)).collect();
    let store = Filled::with(&elements);
    for format in ["table", "csv", "json"] {
        let mut command = store.command(&["--format", format]);
        let mut program = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(program.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        drop(stdout);
        let mut said = String::new();
        program.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((program.wait().unwrap().code(), &*said), (Some(0), ""), "{format}");
        assert!(line.contains("name"), "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_that_is_told() {
    let store = small();
    for format in ["table", "csv", "json", "plot", "svg"] {
        let ended = store.query(&["--format", format, "--output", "/dev/full"]);
        assert_eq!((ended.code, &*ended.out), (Some(1), ""), "{format}");
        assert!(ended.err.starts_with("unable to write /dev/full: No space left on device"), "{}", ended.err);

        let mut command = store.command(&["--format", format]);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = command.stdout(full).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert!(said.starts_with("unable to write the standard output: No space left"), "{said}");
    }
}
