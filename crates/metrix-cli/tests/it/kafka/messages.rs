//! What messages and elements become.

use rdkafka::Offset;

use super::broker::{Broker, Sent};
use crate::program::{Scene, until};

const CONFIG: &str = r#"
    [[source]]
    type = "kafka"
    brokers = "BROKERS"
    topics = ["in"]
    group = "counters"
    session_timeout = "4s"
    commit_every = "10ms"
    message_tags = { zone = "header:zone", topic = "topic", key = "key", partition = "partition", tag = "topic", no = "header:no" }
    [[stream]]
    name = "a"
    agg = ["sum"]
    batch = 3
    [[sink]]
    type = "kafka"
    brokers = "BROKERS"
    topic = "out"
"#;

#[test]
fn elements_come_from_messages_and_become_messages() {
    let (broker, scene) = (Broker::start(), Scene::new());
    broker.topic("in", 1);
    broker.topic("out", 1);
    let line = |value| format!("{{\"name\":\"a\",\"value\":{value},\"tags\":{{\"tag\":\"own\"}},\"at\":1700000000}}");
    let wrong = format!("{}\r\n\n{{nonsense\n{}\n", line(1), line(2));
    broker.send("in", [wrong, line(4)].map(|payload| Sent { partition: 0, payload: payload.into_bytes() }));
    let running = scene.start(&CONFIG.replace("BROKERS", &broker.address()), &[]);
    // All is settled, and committed without a text, since no stream goes by event time.
    until("the commit", || (broker.committed("counters", "in", 1)[0].0 == Offset::Offset(2)).then_some(()));
    assert_eq!(
        broker.values("out"),
        [
            r#"{"name":"a.sum","value":7,"tags":{"key":"a key","partition":"0","tag":"own","topic":"in","zone":"eu"},"at":"2023-11-14T22:13:20Z"}"#
        ]
    );
    running.signal("TERM");
    let ended = running.ended();
    assert!(ended.err.contains("in[0] at 0: column 2 of \"{nonsense\""), "{}", ended.err);
    assert!(ended.err.contains("4 lines, 3 readings, 1 wrong"), "{}", ended.err);
}

#[test]
fn what_is_wrong_is_told_at_the_start() {
    let scene = Scene::new();
    let config = CONFIG.replace("BROKERS", "127.0.0.1:1");
    let unknown = config.replace("group = ", "properties = { nonsense = \"1\" }\n group = ");
    let ended = scene.run(&unknown, &[], "");
    assert!(ended.err.contains("nonsense"), "{}", ended.err);
    assert_ne!(ended.code, Some(0));
    if cfg!(not(feature = "kafka-tls")) {
        let tls = config.replace("group = ", "tls = true\n group = ");
        let ended = scene.run(&tls, &[], "");
        assert!(ended.err.contains("build it with the feature `kafka-tls`"), "{}", ended.err);
    }
}
