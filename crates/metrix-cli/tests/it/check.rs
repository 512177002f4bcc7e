//! `metrix check`.

use crate::program::Scene;

const RIGHT: &str = "[[source]]\ntype = \"host\"\n[[source]]\ntype = \"statsd\"\n\
                     [[stream]]\nname = \"*\"\nagg = [\"count\"]\nwindow = \"1s\"\n[[sink]]\ntype = \"log\"\n";

/// The program checks this file of the scene, and says these lines.
#[track_caller]
fn refused(scene: &Scene, file: &str, lines: &[&str]) {
    let expected: String = lines.iter().map(|line| format!("{line}\n")).collect();
    scene.call(&["check", file]).failed(2, &expected);
}

/// With this file.
fn scene(file: &str, content: impl AsRef<[u8]>) -> Scene {
    let scene = Scene::new();
    scene.write(file, content);
    scene
}

#[test]
fn a_right_one_is_counted() {
    let ended = scene("config.toml", RIGHT).call(&["check", "config.toml"]);
    ended.printed("config.toml: ok: 2 sources, 1 stream, 1 sink\n");
}

#[test]
fn the_standard_input_has_a_name() {
    let scene = Scene::new();
    scene.call_with(&["check", "-"], RIGHT).printed("stdin: ok: 2 sources, 1 stream, 1 sink\n");
    let ended = scene.call_with(&["check", "-"], "x = 1\n").code(2);
    ended.said(&["stdin:1:1: a configuration has no key `x`: known are source, stream, sink, own_metrics\n"]);
}

#[test]
fn all_problems_are_said_at_once() {
    let wrong = RIGHT.replace("\"host\"", "\"hosts\"").replace("window = \"1s\"", "widnow = \"1s\"");
    refused(
        &scene("a b.toml", wrong),
        "a b.toml",
        &[
            "a b.toml:2:8: `type` can't be `hosts`: did you mean `host`?",
            "a b.toml:5:1: a stream needs either `window` or `batch`: add window = \"10s\", or batch = 100",
            "a b.toml:8:1: a stream has no key `widnow`: did you mean `window`?",
            "3 problems",
        ],
    );
}

#[test]
fn a_stream_that_gets_nothing_is_told_and_no_problem() {
    let config = "[[source]]\ntype = \"statsd\"\npath = \"-\"\n\
                  [[stream]]\nname = \"cpu.*\"\nagg = [\"count\"]\nbatch = 1\n\
                  [[stream]]\nname = \"cpu.user\"\nagg = [\"count\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n";
    let scene = scene("config.toml", config);
    let warning = "config.toml:9:8: warning: nothing comes to the stream `cpu.user`, as `cpu.*` above takes it all: \
                   move `cpu.user` up\n";
    let ran = scene.call(&["check", "config.toml"]).code(0);
    assert_eq!((&*ran.out, &*ran.err), ("config.toml: ok: 1 source, 2 streams, 1 sink\n", warning));
    let ran = scene.call(&["run", "--quiet", "config.toml"]).code(0);
    assert_eq!((&*ran.out, &*ran.err), ("", warning));
}

#[test]
fn a_source_beside_one_that_acknowledges_is_told_and_no_problem() {
    let [nats, statsd] = ["[[source]]\ntype = \"nats\"\nstream = \"S\"\n", "[[source]]\ntype = \"statsd\"\n"];
    let stream = "[[stream]]\nname = \"*\"\nagg = [\"count\"]\nwindow = \"1s\"\n";
    let sink = "[[sink]]\ntype = \"log\"\n";
    let graphite = statsd.replace("statsd", "graphite");
    let checked = |parts: &[&str]| Scene::new().call_with(&["check", "-"], parts.concat()).code(0).err;
    let warning = "stdin:5:8: warning: some sources acknowledge and others, as this one, don't: what these bring to a window of event time \
                   is missing when it is summed up again, and their windows close only with those of the others: run them by themselves\n";
    assert_eq!(checked(&[nats, statsd, &graphite, stream, "time = \"event\"\n", sink]), warning);
    assert_eq!(checked(&[nats, statsd, stream, sink]), "", "arrival time");
    assert_eq!(checked(&[nats, stream, "time = \"event\"\n", sink]), "");
    let other = nats.replace("\"S\"", "\"T\"");
    let several = "stdin:5:8: warning: several sources acknowledge, each by itself: after a crash one may sum up again a window of event time \
                   that another leaves out, and its part is missing: run them by themselves, or let no stream have what two of them bring\n";
    assert_eq!(checked(&[nats, &other, stream, "time = \"event\"\n", sink]), several);
    assert_eq!(checked(&[nats, &other, stream, sink]), "");
    assert_eq!(checked(&[statsd, stream, "time = \"event\"\n", sink]), "");
}

#[test]
fn files_that_cannot_be_read() {
    let scene = Scene::new();
    let missing = "none.toml: the configuration can't be read: No such file or directory (os error 2): is its name right? \
                   `metrix schema` prints one to begin with";
    refused(&scene, "none.toml", &[missing, "1 problem"]);
    let directory = ".: the configuration can't be read: Is a directory (os error 21): name a file of TOML, or - for the \
                     standard input";
    refused(&scene, ".", &[directory, "1 problem"]);
    refused(
        &scene,
        "/dev/zero",
        &["/dev/zero: this is longer than 1048576 bytes: is it a configuration?", "1 problem"],
    );
}

#[test]
fn what_is_no_utf8_is_said_where() {
    let scene = scene("latin1.toml", b"# \xc3\xa4\n[[source]] # \xc3\xa4 \xe4\n");
    let expected = "latin1.toml:2:16: this is no UTF-8, in which TOML is written: save the file as UTF-8";
    refused(&scene, "latin1.toml", &[expected, "1 problem"]);
}

#[test]
fn garbage_is_read_to_its_end() {
    for (begin, piece) in [
        ("", "a"),
        ("", "a."),
        ("a=", "["),
        ("a=", "{a="),
        ("", "]\n"),
        ("", "a=\n"),
        ("", "[[a]]\n"),
        ("", "[[sink]]\n"),
        ("", "[[stream]]\nname=1\n"),
    ] {
        let garbage = begin.to_owned() + &piece.repeat((1 << 16) / piece.len());
        let ended = Scene::new().call_with(&["check", "-"], garbage).code(2);
        assert!(ended.err.lines().count() >= 2, "{piece}");
    }
}
