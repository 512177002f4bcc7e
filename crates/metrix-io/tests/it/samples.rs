//! The short way through a line, `samples`, gives what the long one gives.

use std::collections::HashMap;

use metrix_io::sources::statsd::StatsD;
use metrix_io::sources::{Fields, Jsonl, Lines, Metric};
use metrix_io::{LineError, ParseLine, Reading, Sample};
use proptest::prelude::{ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

/// What is told of a series by the key of a measurement.
type Series = HashMap<Vec<Vec<u8>>, Reading<'static>>;

fn parsed(parser: &mut dyn ParseLine, line: &[u8]) -> (Vec<Reading<'static>>, Result<(), LineError>) {
    let mut readings = Vec::new();
    let result = parser.parse(line, &mut |reading| readings.push(reading.into_owned()));
    (readings, result)
}

/// Reads lines both ways, each with a parser of its own; tells how many have samples.
#[track_caller]
fn check(parser: &(impl ParseLine + Clone), lines: &[Vec<u8>]) -> usize {
    let (mut short, mut long, mut series) = (parser.clone(), parser.clone(), Series::new());
    let mut sampled = 0;
    for line in lines {
        let (text, before) = (String::from_utf8_lossy(line), (short.skipped(), long.skipped()));
        let (readings, result) = parsed(&mut long, line);
        let mut samples = Vec::new();
        let keep = &mut |sample: Sample<'_>| {
            let key: Vec<Vec<u8>> = sample.key.iter().map(|part| part.to_vec()).collect();
            samples.push((key, (sample.value, sample.at, sample.weight)));
        };
        if !short.samples(line, keep) {
            // What was counted until then would be counted twice.
            assert_eq!(short.skipped(), before.0, "{text:?}");
            continue;
        }
        sampled += 1;
        if result.is_err() {
            // At least one of the series is then one of which no right line has told.
            assert!(samples.iter().any(|(key, _)| !series.contains_key(key)), "{text:?}: {result:?}");
            continue;
        }
        let numbers: Vec<_> = readings.iter().map(|reading| (reading.value, reading.at, reading.weight)).collect();
        assert_eq!(samples.iter().map(|sample| sample.1).collect::<Vec<_>>(), numbers, "{text:?}");
        assert_eq!(short.skipped() - before.0, long.skipped() - before.1, "{text:?}");
        for ((key, _), reading) in samples.into_iter().zip(readings) {
            let first = series.entry(key).or_insert_with(|| reading.clone());
            assert_eq!(
                (&first.name, &first.tags, first.kind),
                (&reading.name, &reading.tags, reading.kind),
                "{text:?}"
            );
        }
    }
    sampled
}

/// Lines of a kind, nearly all as this says; some have a byte changed, end in CR, or are blank.
fn lines(line: &'static str) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let changed = |(line, at, byte): (String, prop::sample::Index, u8)| {
        let mut line = line.into_bytes();
        if !line.is_empty() {
            let at = at.index(line.len());
            line[at] = byte;
        }
        line
    };
    let line = prop_oneof![
        8 => line.prop_map(String::into_bytes),
        2 => (line, any::<prop::sample::Index>(), any::<u8>()).prop_map(changed),
        1 => line.prop_map(|line| (line + "\r").into_bytes()),
        1 => "[ \t\r]{0,2}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(line, 1..40)
}

fn log(pattern: &str) -> Lines {
    let fields = Fields::new()
        .metric(Metric::constant("lines", 1.0))
        .metric(Metric::constant("requests", 1.0).tags(["status"]))
        .metric(Metric::field("bytes", "bytes").tags(["status"]));
    Lines::new(pattern, &fields).expect("it is a pattern with these groups")
}

const LOG: &str = r"^(?<status>\S+) (?<bytes>\S*)";

/// It matches the empty text.
const LOOSE: &str = r"^(?<bytes>\d*)(?<status>[a-z]*)";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn of_statsd(lines in lines("[ab]:-?[0-9]{1,2}(\\.[0-9])?[|](c|ms|h|d|g|s)([|]@(0\\.[0-9]|1|2))?([|]#[xy:,é]{0,3})?")) {
        check(&StatsD::new(), &lines);
    }

    #[test]
    fn of_json_lines(
        lines in lines(r#"\{"name":"[ab]","value":-?[0-9]{1,2}(,"tags":\{("[xy]":("[z}é]"|1))?\})?(,"at":[0-9]{1,3}(\.[0-9]{1,3})?)?\}"#),
    ) {
        check(&Jsonl::new(), &lines);
    }

    #[test]
    fn of_logs(lines in lines("([2-4]00|é|-) ([0-9]{1,3}|-|x|1e2|)( [a-z]{1,3})?")) {
        check(&log(LOG), &lines);
        check(&log(LOOSE), &lines);
    }

    #[test]
    fn of_logs_with_times(lines in lines("[0-9]{1,3}(\\.[0-9])? ([0-9]{1,3}|-|x|é)")) {
        let fields = Fields::new().timestamp("ts", "unix").metric(Metric::field("bytes", "bytes"));
        let parser = Lines::new(r"^(?<ts>\S*) ?(?<bytes>.*)", &fields).expect("it is a pattern with these groups");
        check(&parser, &lines);
    }
}

#[test]
fn most_lines_have_samples_and_an_empty_one_of_a_log_none() {
    let lines = |lines: &[&str]| lines.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>();
    assert_eq!(check(&StatsD::new(), &lines(&["a:1|c", "a:2|ms|@0.5|#x:y", "", "a:3|g", "a:x|c"])), 2);
    let json = [r#"{"name":"a","value":1}"#, r#"{"name":"a","value":2,"tags":{"x":"y"}}"#, "", "\r", "{}"];
    assert_eq!(check(&Jsonl::new(), &lines(&json)), 2);
    assert_eq!(check(&log(LOOSE), &lines(&["1a", "", "2", "b", "\r"])), 5);
}
