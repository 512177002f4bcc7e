//! Streams by the kinds of StatsD's metrics.

use crate::program::{Ended, Scene};

const SOURCE: &str = "[[source]]\ntype = \"statsd\"\npath = \"-\"\n";
const LINES: &str = "hits:3|c\nhits:4|c\nload:2|g\nload:5|g\ntook:10|ms\ntook:20|h\nusers:ada|s\nusers:bob|s\nusers:ada|s\n\
                     both:1|c\nboth:9|g\n";

fn stream(name: &str, kind: &str, aggs: &str) -> String {
    format!("[[stream]]\nname = \"{name}\"\n{kind}\nagg = [{aggs}]\nbatch = 1000\n")
}

fn config(streams: &str) -> String {
    format!("{SOURCE}{streams}[[sink]]\ntype = \"jsonl\"\n")
}

fn run(streams: &str) -> Ended {
    Scene::new().run(&config(streams), &[], LINES).code(0)
}

#[track_caller]
fn check(ended: &Ended, expected: &[(&str, f64)]) {
    let elements = ended.elements();
    let found: Vec<_> = elements.iter().map(|(name, value, _)| (&**name, *value)).collect();
    assert_eq!(found, expected);
    assert!(elements.iter().all(|(_, _, tags)| tags.as_object().is_none_or(|tags| tags.is_empty())), "{elements:?}");
}

#[test]
fn each_kind_has_aggregates_of_its_own() {
    let streams = [
        stream("*", "kind = \"counter\"", "\"sum\""),
        stream("*", "kind = \"gauge\"", "\"last\""),
        stream("*", "kind = \"sample\"", "\"mean\""),
        stream("*", "kind = \"set\"", "\"distinct\""),
    ];
    let ended = run(&streams.concat());
    check(
        &ended,
        &[
            ("hits.sum", 7.0),
            ("both.sum", 1.0),
            ("load.last", 5.0),
            ("both.last", 9.0),
            ("took.mean", 15.0),
            ("users.distinct", 2.0),
        ],
    );
    assert!(!ended.err.to_lowercase().contains("warn"), "{}", ended.err);
}

#[test]
fn a_name_may_have_streams_by_kind_beside_one_for_the_rest() {
    let streams = [
        stream("both", "kind = \"gauge\"", "\"last\""),
        stream("both", "", "\"sum\""),
        stream("*", "kind = [\"counter\", \"set\"]", "\"count\""),
    ];
    let ended = run(&streams.concat());
    check(&ended, &[("both.last", 9.0), ("both.sum", 1.0), ("hits.count", 2.0), ("users.count", 3.0)]);
    ended.said(&["4 readings that no stream is for, the first of \"load\""]);
}

#[test]
fn a_set_that_is_summed_is_told_once() {
    let ended = run(&[stream("users", "", "\"distinct\", \"sum\""), stream("h*", "", "\"sum\"")].concat());
    let told = "a set comes to a stream that says nothing of it by sum, as its values are hashes of its members: put one with kind = \"set\" \
                before it";
    assert_eq!(ended.err.matches(told).count(), 1, "{}", ended.err);
    ended.said(&["name=\"users\" stream=\"users\""]);
    let ended = run(&stream("users", "", "\"distinct\", \"count\""));
    check(&ended, &[("users.distinct", 2.0), ("users.count", 3.0)]);
    assert!(!ended.err.contains("a set comes"), "{}", ended.err);
}

#[test]
fn what_says_nothing_is_told_before_it_runs() {
    let scene = Scene::new();
    let warnings = |config: &str| {
        let checked = scene.call_with(&["check", "-"], config).code(0);
        checked.err.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = "stdin:7:7: warning: all that StatsD's clients send comes to the stream `*`, and `sum`, `p99` say nothing of a set, \
               whose values are hashes of its members: give streams a `kind`, as `metrix schema --built-in` does";
    assert_eq!(warnings(&config(&stream("*", "", "\"count\", \"sum\", \"p99\""))), [all]);
    let sets = "stdin:7:7: warning: `sum` says nothing of a set, whose values are hashes of its members: take `distinct`, or `count`";
    assert_eq!(warnings(&config(&stream("u*", "kind = [\"set\", \"gauge\"]", "\"sum\""))), [sets]);
    for well in [
        stream("*", "", "\"count\", \"distinct\""),
        stream("u*", "", "\"sum\""),
        stream("*", "kind = \"counter\"", "\"sum\""),
        [stream("*", "kind = \"set\"", "\"distinct\""), stream("*", "", "\"sum\"")].concat(),
    ] {
        assert!(warnings(&config(&well)).is_empty(), "{well}");
    }
    assert!(warnings(&scene.call(&["schema", "--built-in"]).code(0).out).is_empty());

    let kinds = config(&stream("n", "kind = \"counter\"", "\"sum\"")).replace("statsd", "jsonl");
    let nobody = "stdin:6:8: warning: nothing comes to the stream `n`, as no source here says of which kinds its measurements are: \
                  leave `kind` out";
    assert_eq!(warnings(&kinds), [nobody]);
    let [counters, rest] = [("kind = [\"counter\", \"gauge\"]", "*"), ("kind = [\"gauge\", \"counter\"]", "n*")]
        .map(|(kind, name)| stream(name, kind, "\"sum\""));
    let below = "stdin:10:8: warning: nothing comes to the stream `n*`, as `*` above takes it all: move `n*` up";
    assert_eq!(warnings(&config(&(counters + &rest))), [below]);
}
