//! Messages of each format with anything in them, and what a run makes of them.

use crate::program::Ended;

/// So many messages there are of each format.
pub(crate) const MESSAGES: usize = 3000;

/// A format of messages.
pub(crate) struct Format {
    pub(crate) name: &'static str,
    /// What its source has beside.
    pub(crate) keys: &'static str,
    /// What is right.
    right: &'static [&'static str],
}

pub(crate) const FORMATS: [Format; 6] = [
    Format {
        name: "jsonl",
        keys: "",
        right: &[
            r#"{"name":"a","value":12.5,"tags":{"b":"c"},"at":1431857103.25}"#,
            "{\"name\":\"a\",\"value\":1}\n{\"name\":\"b\",\"value\":2e3,\"at\":\"2015-05-17T10:05:03Z\"}\n",
        ],
    },
    Format { name: "statsd", keys: "", right: &["a:1|c|#b:c", "a:12.5|ms|@0.5\nb:x|s\nc:+1|g\n"] },
    Format { name: "graphite", keys: "", right: &["a.b;c=d 4 1431857103", "a 1e3 -1\nb 2 1431857103\n"] },
    Format {
        name: "influx",
        keys: "",
        right: &["a,b=c value=5,d=\"e\" 1431857103000000000", "a value=6i\nb\\ c t=t,f=1.5\n"],
    },
    Format {
        name: "lines",
        keys: "pattern = '^(?<n>\\S+) (?<rest>.*)'\nmetrics = [ { name = \"a\", value = \"n\" } ]",
        right: &["7 seven", "1.5 x\n2e3 \u{e9}\n"],
    },
    Format {
        name: "json",
        keys: "metrics = [ { name = \"a\", value = \"/n\" } ]",
        right: &["{\"n\": 8}", "{\"n\":1.5,\"m\":[{}]}\n{\"n\":2e3}\n"],
    },
];

/// Streams and a sink that count what has the name `a` by the tag `format`.
pub(crate) const COUNTS: &str = r#"
    [[stream]]
    name = "a"
    agg = ["count"]
    window = "100ms"
    keep_tags = ["format"]
    [[stream]]
    name = "*"
    agg = ["count"]
    window = "100ms"
    [[sink]]
    type = "jsonl"
"#;

impl Format {
    /// Half of them random bytes, half right ones with up to four faults.
    pub(crate) fn payloads(&self) -> Vec<Vec<u8>> {
        let mut state = 11_u64;
        let mut random = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        let payload = |number: usize| -> Vec<u8> {
            if number % 2 == 0 {
                let length = random(60);
                return (0..length).map(|_| random(256) as u8).collect();
            }
            let mut payload = self.right[random(self.right.len())].as_bytes().to_vec();
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
        (0..MESSAGES).map(payload).collect()
    }

    /// What could be read has been counted, and the account of the source, whose name ends in that of the format, has this.
    #[track_caller]
    pub(crate) fn check(&self, ended: &Ended, accounted: &[&str]) {
        let name = self.name;
        let elements = ended.elements().into_iter();
        let of_format = elements.filter(|(element, _, tags)| element == "a.count" && tags["format"] == name);
        let read: f64 = of_format.map(|(_, count, _)| count).sum();
        assert!(read > MESSAGES as f64 / 20.0, "{name}: {read}");
        let is_account = |line: &&str| line.contains(&format!("/{name}\": ")) && line.contains(" readings");
        let account = ended.err.lines().find(is_account);
        for expected in accounted {
            assert!(account.is_some_and(|account| account.contains(expected)), "{name}: {account:?}");
        }
    }
}
