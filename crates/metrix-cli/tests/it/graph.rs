//! `metrix graph`: a configuration as a picture, for Graphviz and for Mermaid.

use roxmltree::Document;

use crate::program::{Ended, Scene};

const CONFIG: &str = r#"
[[source]]
type = "jsonl"
path = "missing/in.jsonl"

[[source]]
type = "statsd"
listen = "udp://192.0.2.1:8125"

[[stream]]
name = "requests"
agg = ["count", "p99"]
window = "10s"
time = "event"
lateness = "5s"
drop_tags = ["ip"]

[[sink]]
type = "csv"
path = "missing/<out>.csv"
queue = 100

[[sink]]
type = "csv"
"#;

/// With this configuration.
fn scene(config: &str) -> Scene {
    let scene = Scene::new();
    scene.write("metrix.toml", config);
    scene
}

fn graph(scene: &Scene, args: &[&str]) -> Ended {
    scene.call(&[&["graph"], args].concat())
}

/// The paths that are named don't exist, and the address is nobody's: they are only drawn.
#[test]
fn a_configuration_is_drawn_and_nothing_else_is_done() {
    let scene = scene(CONFIG);
    let ended = graph(&scene, &["metrix.toml", "--format", "mermaid"]);
    assert_eq!((ended.code, &*ended.err), (Some(0), ""));
    assert_eq!(
        ended.out,
        r#"flowchart LR
  source0[/"jsonl<br>missing/in.jsonl"/]
  source1[/"statsd<br>udp://192.0.2.1:8125"/]
  subgraph stream0 ["requests"]
    s0_0("requests.tags<br>tags: without ip")
    s0_1("requests.window<br>timed_window(10s), event time, lateness 5s")
    s0_2("requests.groups<br>group_by(tags, [count, p99])")
    s0_3("requests.filter<br>filter(not empty)")
    s0_4("requests.elements<br>map(to elements)")
    s0_5("requests.flatten<br>flatten")
    s0_0 --> s0_1
    s0_1 --> s0_2
    s0_2 --> s0_3
    s0_3 --> s0_4
    s0_4 --> s0_5
  end
  source0 --> s0_0
  source1 --> s0_0
  sink0[("csv missing/#60;out#62;.csv<br>queue of 100")]
  s0_5 --> sink0
  sink1[("csv<br>standard output")]
  s0_5 --> sink1
"#
    );
    assert_eq!(std::fs::read_dir(scene.folder()).unwrap().count(), 1, "nothing is made");
}

#[test]
fn a_picture_shows_every_part() {
    let svg = graph(&scene(CONFIG), &["metrix.toml"]).out;
    let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let texts: Vec<&str> =
        document.descendants().filter(|node| node.has_tag_name("text")).filter_map(|node| node.text()).collect();
    assert_eq!(
        texts,
        [
            "jsonl",
            "missing/in.jsonl",
            "statsd",
            "udp://192.0.2.1:8125",
            "requests",
            "tags: without ip",
            "timed_window(10s), event time, lateness 5s",
            "group_by(tags, [count, p99])",
            "filter(not empty)",
            "map(to elements)",
            "flatten",
            "csv missing/<out>.csv",
            "queue of 100",
            "csv",
            "standard output",
        ]
    );
}

#[test]
fn without_a_configuration_the_usual_one_is_drawn() {
    let ended = graph(&Scene::new(), &["--format", "dot"]);
    assert_eq!(ended.code, Some(0));
    for part in [r#""source 0""#, r#"label="cpu.*""#, "timed_window(5s)", r#""sink sqlite""#] {
        assert!(ended.out.contains(part), "{part} in {}", ended.out);
    }
}

#[test]
fn the_extension_of_the_output_says_the_format() {
    let scene = scene(CONFIG);
    for (name, begin) in [("g.svg", "<svg "), ("g.dot", "digraph metrix {"), ("g.mmd", "flowchart LR"), ("g", "<svg ")]
    {
        graph(&scene, &["metrix.toml", "--output", name]).printed("");
        let text = scene.read(name);
        assert!(text.starts_with(begin), "{name}: {text}");
    }
}

#[test]
fn hostile_names_stay_texts() {
    let config = CONFIG.replace("name = \"requests\"", "name = '</text><script>&\"*'");
    let svg = graph(&scene(&config), &["metrix.toml"]).out;
    let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    assert!(document.descendants().any(|node| node.text() == Some("</text><script>&\"*")), "{svg}");
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
}

#[test]
fn a_wrong_configuration_is_told_and_not_drawn() {
    let scene = scene(&CONFIG.replace("agg", "aggs"));
    let ended = graph(&scene, &["metrix.toml", "--output", "g.svg"]);
    assert_eq!((ended.code, &*ended.out), (Some(2), ""));
    assert!(ended.err.contains("metrix.toml:12:1: ") && ended.err.ends_with("\n2 problems\n"), "{}", ended.err);
    assert!(!scene.path("g.svg").exists());
}

#[test]
fn the_configuration_is_never_written_over() {
    let scene = scene(CONFIG);
    let ended = graph(&scene, &["metrix.toml", "--output", "./metrix.toml"]);
    ended.failed(2, "metrix.toml is the configuration, which would be lost: name another --output\n");
    assert_eq!(scene.read("metrix.toml"), CONFIG);
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let ended = graph(&scene(CONFIG), &["metrix.toml", "--output", "no/such/folder/g.svg"]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("unable to write no/such/folder/g.svg: "), "{}", ended.err);
}
