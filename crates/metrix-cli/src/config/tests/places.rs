//! Where problems are said to be in texts that data files can't hold.

use super::{complete, problems};
use crate::config::read;

#[test]
fn an_empty_text_lacks_everything() {
    let expected = [
        "1:1: there is no source: add a table [[source]]",
        "1:1: there is no stream: add a table [[stream]]",
        "1:1: there is no sink: add a table [[sink]]",
    ];
    for text in ["", "# nothing\n", "\u{feff}", "source = []\nstream = []\nsink = []\n"] {
        assert_eq!(problems(text), expected, "{text:?}");
    }
}

#[test]
fn a_mark_of_the_byte_order_is_no_column() {
    let text = complete("\u{feff}[[sources]]\n[[source]]\ntype = \"host\"\n");
    assert_eq!(problems(&text), ["1:3: a configuration has no key `sources`: did you mean `source`?"]);
}

#[test]
fn lines_may_end_as_elsewhere() {
    let text = complete("[[sink]]\ntype = \"log\"\nx = 1\n").replace('\n', "\r\n");
    let expected =
        ["3:1: a `log` sink has no key `x`: known are type, rate_limit, queue, overflow, attempts, batch, streams"];
    assert_eq!(problems(&text), expected);
}

#[test]
fn what_is_said_forges_no_line() {
    let text = complete("\"\\u001b[2J\\na.toml:1:1: all is well\" = 1\n");
    let expected = "1:1: a configuration has no key `\\u{1b}[2J\\na.toml:1:1: all is well`: known are source, stream, sink, own_metrics";
    assert_eq!(problems(&text), [expected]);
    let text = complete("[[sink]]\ntype = 'a\u{1}b'\n");
    assert_eq!(
        problems(&text),
        ["2:10: this is no TOML: invalid literal string, expected non-single-quote visible characters"]
    );
}

#[test]
fn what_this_program_was_built_without_is_told() {
    let text = complete(
        "[[source]]\ntype = \"kafka\"\nbrokers = \"a\"\ntopics = [\"t\"]\ntls = true\n\
         [[sink]]\ntype = \"kafka\"\nbrokers = \"a\"\nuser = \"me\"\npassword_env = \"P\"\nsasl = \"scram-sha-256\"\n",
    );
    let expected = [
        "5:1: TLS for Kafka is not in this program: build it with the feature `kafka-tls`, as does \
         `cargo install --path crates/metrix-cli --features kafka-tls`",
        "11:1: SCRAM-SHA-256 for Kafka is not in this program: build it with the feature `kafka-tls`, as does \
         `cargo install --path crates/metrix-cli --features kafka-tls`",
    ];
    let is_built = cfg!(feature = "kafka-tls");
    assert_eq!(problems(&text), if is_built { [].as_slice() } else { expected.as_slice() });
}

#[test]
fn what_kafka_may_not_keep_is_told() {
    let streams = |count: usize| {
        let stream = |place| {
            format!("[[stream]]\nname = \"n{place:03}\"\nagg = [\"count\"]\nwindow = \"1s\"\ntime = \"event\"\n")
        };
        (0..count).map(stream).collect::<String>()
    };
    let hints = |source: &str, count| {
        let text = complete(&format!("[[source]]\ntype = \"host\"\n{source}{}", streams(count)));
        let hints = read("c", &text).unwrap().hints;
        hints.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let kafka = "[[source]]\ntype = \"kafka\"\nbrokers = \"a\"\ntopics = [\"t\"]\n";
    assert_eq!((hints(kafka, 186), hints("", 187)), (vec![], vec![]));
    let expected = "c:3:1: warning: with an offset is committed until when each of 187 streams in event time was settled, in up to 4115 \
                    bytes, and a broker takes no more than 4096, unless its `offset.metadata.max.bytes` says otherwise: have fewer of \
                    them beside this source, or shorter names";
    assert_eq!(hints(kafka, 187), [expected]);
}
