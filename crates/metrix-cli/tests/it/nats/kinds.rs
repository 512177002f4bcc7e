//! What messages may have, and how a run with them ends.

use serde_json::Value;

use super::server::Server;
use super::stored;
use crate::program::{Scene, elements, sum_of, until};

fn config(server: &Server, source: &str, rest: &str) -> String {
    format!("[[source]]\ntype = \"nats\"\nurl = \"{}\"\nstream = \"A\"\n{source}\n{rest}", server.url())
}

const SUMS: &str = "[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 1\n[[sink]]\ntype = \"jsonl\"\n";

#[test]
fn messages_may_have_any_of_the_formats() {
    for (format, payload, expected) in [
        ("", r#"{"name":"a","value":1.5}"#, ("a.sum", 1.5)),
        ("format = \"jsonl\"", "{\"name\":\"a\",\"value\":1}\r\n{\"name\":\"a\",\"value\":2}\n", ("a.sum", 3.0)),
        ("format = \"statsd\"", "a:1|c\na:2|c", ("a.sum", 3.0)),
        ("format = \"graphite\"", "a.b 4 1431857103\n", ("a.b.sum", 4.0)),
        ("format = \"influx\"", "a,b=c value=5 1431857103000000000\na value=6i", ("a.sum", 11.0)),
        (
            "format = \"lines\"\npattern = '^(?<n>\\d+) (?<rest>.*)'\nmetrics = [ { name = \"a\", value = \"n\" } ]",
            "7 seven",
            ("a.sum", 7.0),
        ),
        ("format = \"json\"\nmetrics = [ { name = \"a\", value = \"/n\" } ]", "{\"n\": 8}", ("a.sum", 8.0)),
    ] {
        let (scene, server) = (Scene::new(), Server::start());
        server.make_stream("A", "a.>");
        server.publish("a.b", vec![payload.as_bytes().to_vec()]);
        let program = scene.start(&config(&server, format, SUMS), &[]);
        program.printed(payload.trim_end().lines().count());
        program.signal("TERM");
        let ended = program.ended().code(0);
        assert_eq!(sum_of(expected.0, &ended.out), expected.1, "{format}: {ended:?}");
    }
}

#[test]
fn subjects_and_headers_become_tags_and_the_time_is_the_messages() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("A", "a.>");
    let stored = server.runtime.block_on(async {
        let client = async_nats::jetstream::new(async_nats::connect(server.url()).await.unwrap());
        let mut headers = async_nats::HeaderMap::new();
        headers.insert("Zone", "eu");
        headers.insert("Other", "x");
        client.publish_with_headers("a.b.c", headers, "a:1|c".into()).await.unwrap().await.unwrap();
        client.get_stream("A").await.unwrap().get_raw_message(1).await.unwrap().time.unix_timestamp_nanos()
    });
    let source = "format = \"statsd\"\nsubject_tag = \"from\"\nheader_tags = [\"Zone\", \"None\"]";
    let program = scene.start(&config(&server, source, SUMS), &[]);
    let line: Value = serde_json::from_str(program.printed(1).trim()).unwrap();
    assert_eq!(line["tags"], serde_json::json!({ "Zone": "eu", "from": "a.b.c" }));
    assert_eq!(line["at"], metrix::Timestamp::from_nanos(i64::try_from(stored).unwrap()).to_string());
    program.signal("TERM");
    program.ended().code(0);
}

/// At its end the program acknowledges what has reached the sinks, so that the next run has the rest.
#[test]
fn what_was_counted_does_not_come_again() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("A", "a");
    let rest = "[[stream]]\nname = \"a\"\nagg = [\"sum\"]\nbatch = 10\n\
                [[stream]]\nname = \"read\"\nagg = [\"count\"]\nbatch = 1\n\
                [[sink]]\ntype = \"sqlite\"\npath = \"store.db\"\n";
    let config = config(&server, "format = \"statsd\"", rest);
    let mut total = 0.0;
    for round in 1..=3 {
        let messages: Vec<Vec<u8>> =
            (0..25).map(|number| format!("a:{}|c|#n:{number}\nread:1|c", round * 100 + number).into_bytes()).collect();
        total += (0..25).map(|number| f64::from(round * 100 + number)).sum::<f64>();
        server.runtime.block_on(super::server::publish(server.url(), "a".to_owned(), messages, round as usize * 1000));
        let program = scene.start(&config, &[]);
        until("all", || (stored(&scene, "read.count") == f64::from(round * 25)).then_some(()));
        // The last batch of sums is not full before the end.
        assert!(stored(&scene, "a.sum") < total);
        program.signal("TERM");
        program.ended().code(0);
        until("acknowledgements", || server.consumer("A").filter(|info| info.num_ack_pending == 0));
        assert_eq!(stored(&scene, "a.sum"), total);
    }
}

#[test]
fn elements_are_published() {
    let (scene, server) = (Scene::new(), Server::start());
    let config = format!(
        "[[source]]\ntype = \"statsd\"\npath = \"-\"\n[[stream]]\nname = \"*\"\nagg = [\"sum\"]\nbatch = 10\n\
         [[sink]]\ntype = \"nats\"\nurl = \"{}\"\nsubject = \"shop.{{name}}\"\ncreate_stream = \"SHOP\"\n",
        server.url()
    );
    scene.run(&config, &[], "a:1|c\na:2|c\nb.c:4|c|#d:e\n").code(0);
    let mut found = elements(&server.payloads("SHOP").join("\n"));
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("a.sum".to_owned(), 3.0, serde_json::json!({})),
        ("b.c.sum".to_owned(), 4.0, serde_json::json!({ "d": "e" })),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_server_and_a_stream_that_are_missing_are_told_and_waited_for() {
    let (scene, mut server) = (Scene::new(), Server::start());
    server.kill();
    let program = scene.start(&config(&server, "format = \"statsd\"", SUMS), &[]);
    program.said("can't be reached");
    server.restart();
    program.said("the stream \"A\" can't be read");
    server.make_stream("A", "a");
    server.publish("a", vec![b"a:3|c".to_vec()]);
    program.printed(1);
    program.said("it is read again");
    program.signal("TERM");
    assert_eq!(sum_of("a.sum", &program.ended().code(0).out), 3.0);
}

/// The consumer stays as the first run has made it.
#[test]
fn keys_that_the_consumer_has_otherwise_are_told_once() {
    let (scene, server) = (Scene::new(), Server::start());
    server.make_stream("A", "a");
    let first = scene.start(&config(&server, "", SUMS), &[]);
    until("the consumer", || server.consumer("A"));
    first.signal("TERM");
    first.ended().code(0);
    let second = scene.start(&config(&server, "filter = \"a\"\nack_wait = \"1m\"", SUMS), &[]);
    second.said("its `filter` is >, and not a; its `ack_wait` is 30s, and not 60s;");
    server.publish("a", vec![br#"{"name":"a","value":1}"#.to_vec()]);
    second.printed(1);
    second.signal("TERM");
    let said = second.ended().code(0).err;
    assert_eq!(said.matches("stays as it is").count(), 1, "{said}");
}

#[test]
fn a_program_that_never_reached_it_ends() {
    let scene = Scene::new();
    let config = format!("[[source]]\ntype = \"nats\"\nurl = \"nats://127.0.0.1:1\"\nstream = \"A\"\n{SUMS}");
    let program = scene.start(&config, &[]);
    program.said("nats://127.0.0.1:1 can't be reached");
    program.signal("TERM");
    program.ended().code(0);
}
