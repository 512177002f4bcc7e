//! What the targets have in common.

pub mod sent;

use std::collections::HashMap;

use metrix::Tags;
use metrix_io::{Kind, ParseLine, Reading};

/// The parts of a sample's key.
type Key = Vec<Vec<u8>>;

/// What is the same for all readings of a key.
#[derive(Debug, PartialEq)]
struct Series(String, Tags, Option<Kind>);

/// Has a parser read the lines of some bytes, first its short way and then the other, and checks what holds for all parsers.
pub fn check_lines(parser: &mut (impl ParseLine + Clone), data: &[u8]) {
    let mut known: HashMap<Key, Series> = HashMap::new();
    let mut wrong: Vec<Vec<Key>> = Vec::new();
    for line in data.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (mut keys, mut samples) = (Vec::new(), Vec::new());
        let is_short = parser.clone().samples(line, &mut |sample| {
            keys.push(sample.key.iter().map(|part| part.to_vec()).collect());
            samples.push((sample.value, sample.at, sample.weight));
        });
        let (mut series, mut readings) = (Vec::new(), Vec::new());
        let result = parser.parse(line, &mut |reading| {
            check(&reading);
            readings.push((reading.value, reading.at, reading.weight));
            series.push(Series(reading.name.to_string(), reading.to_tags(), reading.kind));
        });
        if let Err(error) = &result {
            // It may stand at the end, where something is missing.
            assert!(error.column <= line.len(), "{error} of {} bytes", line.len());
            assert!(!error.kind.is_empty() && !error.message.is_empty());
        }
        match result {
            Ok(()) if is_short => {
                assert_eq!(samples, readings, "both ways give the same of {:?}", String::from_utf8_lossy(line));
                for (key, series) in keys.into_iter().zip(series) {
                    let first =
                        known.entry(key).or_insert_with(|| Series(series.0.clone(), series.1.clone(), series.2));
                    assert_eq!(*first, series, "a key is of one series");
                }
            }
            Err(_) if is_short => wrong.push(keys),
            Ok(()) | Err(_) => {}
        }
    }
    // What is wrong in a name or a tag is seen when its key is.
    for keys in wrong {
        assert!(keys.iter().any(|key| !known.contains_key(key)), "the keys {keys:?} are of lines without a fault");
    }
}

fn check(reading: &Reading<'_>) {
    assert!(reading.value.is_finite(), "{reading:?}");
    assert!(reading.weight >= 1.0 && reading.weight.is_finite(), "{reading:?}");
}
