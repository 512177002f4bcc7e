//! Whatever messages have, the program goes on.

use super::server::Server;
use crate::program::{Scene, until};

/// Each format, what its source has beside, and what is right.
const FORMATS: [(&str, &str, &[&str]); 6] = [
    (
        "jsonl",
        "",
        &[
            r#"{"name":"a","value":12.5,"tags":{"b":"c"},"at":1431857103.25}"#,
            "{\"name\":\"a\",\"value\":1}\n{\"name\":\"b\",\"value\":2e3,\"at\":\"2015-05-17T10:05:03Z\"}\n",
        ],
    ),
    ("statsd", "", &["a:1|c|#b:c", "a:12.5|ms|@0.5\nb:x|s\nc:+1|g\n"]),
    ("graphite", "", &["a.b;c=d 4 1431857103", "a 1e3 -1\nb 2 1431857103\n"]),
    ("influx", "", &["a,b=c value=5,d=\"e\" 1431857103000000000", "a value=6i\nb\\ c t=t,f=1.5\n"]),
    (
        "lines",
        "pattern = '^(?<n>\\S+) (?<rest>.*)'\nmetrics = [ { name = \"a\", value = \"n\" } ]",
        &["7 seven", "1.5 x\n2e3 \u{e9}\n"],
    ),
    (
        "json",
        "metrics = [ { name = \"a\", value = \"/n\" } ]",
        &["{\"n\": 8}", "{\"n\":1.5,\"m\":[{}]}\n{\"n\":2e3}\n"],
    ),
];

/// Whatever the messages have, the program goes on, and tells how many of them nobody can read.
#[test]
fn any_payload_is_survived() {
    const COUNT: usize = 3000;
    let (scene, server) = (Scene::new(), Server::start());
    let mut state = 11_u64;
    let mut random = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut sources = String::new();
    for (format, keys, good) in FORMATS {
        let payload = |number: usize| -> Vec<u8> {
            if number % 2 == 0 {
                let length = random(60);
                return (0..length).map(|_| random(256) as u8).collect();
            }
            let mut payload = good[random(good.len())].as_bytes().to_vec();
            for _ in 0..random(5) {
                let place = random(payload.len());
                match random(3) {
                    0 => payload[place] = random(256) as u8,
                    1 => payload.truncate(place.max(1)),
                    _ => payload.insert(place, b"{}[]\",:\\\n\0e+-9|#;= "[random(19)]),
                }
            }
            payload
        };
        let messages: Vec<Vec<u8>> = (0..COUNT).map(payload).collect();
        server.make_stream(format, format);
        server.publish(format, messages);
        sources += &format!(
            "[[source]]\ntype = \"nats\"\nurl = \"{}\"\nstream = \"{format}\"\nformat = \"{format}\"\n\
             subject_tag = \"format\"\ncommit_every = \"100ms\"\n{keys}\n",
            server.url()
        );
    }
    let rest = "[[stream]]\nname = \"a\"\nagg = [\"count\"]\nwindow = \"100ms\"\nkeep_tags = [\"format\"]\n\
                [[stream]]\nname = \"*\"\nagg = [\"count\"]\nwindow = \"100ms\"\n[[sink]]\ntype = \"jsonl\"\n";
    let program = scene.start(&format!("{sources}{rest}"), &[]);
    for (format, ..) in FORMATS {
        until("acknowledgements", || {
            let info = server.consumer(format)?;
            (info.delivered.stream_sequence == COUNT as u64 && info.num_ack_pending == 0).then_some(())
        });
    }
    program.signal("TERM");
    let ended = program.ended().code(0);
    for (format, ..) in FORMATS {
        let elements = ended.elements().into_iter();
        let of_format = elements.filter(|(name, _, tags)| name == "a.count" && tags["format"] == format);
        let read: f64 = of_format.map(|(_, count, _)| count).sum();
        assert!(read > COUNT as f64 / 20.0, "{format}: {read}");
        let account =
            ended.err.lines().find(|line| line.contains(&format!("/{format}\": ")) && line.contains(" readings"));
        for expected in [" wrong (", " messages that nobody can read"] {
            assert!(account.is_some_and(|account| account.contains(expected)), "{format}: {account:?}");
        }
    }
}
