//! Lines of any bytes: they give readings that hold what readings promise, or a fault in the line; never a panic.

use metrix_io::sources::statsd::StatsD;
use proptest::prelude::*;

use super::{read, write};

const KINDS: [&str; 11] =
    ["encoding", "event", "service check", "name", "value", "not finite", "type", "rate", "tag", "time", "section"];

#[track_caller]
fn check(statsd: &mut StatsD, line: &[u8]) {
    let (readings, result) = read(statsd, line);
    for reading in &readings {
        assert!(reading.value.is_finite() && reading.weight >= 1.0 && reading.weight.is_finite(), "{reading:?}");
        assert!(!reading.name.is_empty() && reading.tags.iter().all(|(name, _)| !name.is_empty()), "{reading:?}");
    }
    match result {
        Ok(()) => assert_eq!(readings.is_empty(), line.is_empty()),
        Err(fault) => assert!(KINDS.contains(&fault.kind) && fault.column <= line.len(), "{fault:?}"),
    }
}

/// A right line, of which some bytes are changed, left out, put in, or doubled.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        0..4_u8,
        prop_oneof![any::<u8>(), prop::sample::select(b":|@#,T+-.e\n".to_vec())],
    );
    (write::line(), prop::collection::vec(change, 1..6)).prop_map(|(line, changes)| {
        let mut line = line.into_bytes();
        for (place, how, byte) in changes {
            if line.is_empty() {
                break;
            }
            let place = place.index(line.len());
            match how {
                0 => line[place] = byte,
                1 => drop(line.remove(place)),
                2 => line.insert(place, byte),
                _ => line.extend_from_within(place..),
            }
        }
        line
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2500))]

    #[test]
    fn random_bytes(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..4)) {
        let mut statsd = StatsD::new();
        lines.iter().for_each(|line| check(&mut statsd, line));
    }

    #[test]
    fn random_letters_of_the_protocol(lines in prop::collection::vec("[ab:|@#,T.0-9cgmshd_e{}+-]{0,40}", 1..8)) {
        let mut statsd = StatsD::new();
        lines.iter().for_each(|line| check(&mut statsd, line.as_bytes()));
    }

    #[test]
    fn mutated_lines(lines in prop::collection::vec(mutated(), 4)) {
        let mut statsd = StatsD::new().remember(metrix::size(2));
        lines.iter().for_each(|line| check(&mut statsd, line));
    }
}
