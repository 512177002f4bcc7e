use metrix_io::sources::statsd::StatsD;
use metrix_io::{Kind, ParseLine};

use super::*;

fn reading<'a>(name: &'a str, tags: &[(&'a str, &'a str)]) -> Reading<'a> {
    let mut reading = Reading::new(name, 1.0);
    reading.tags.extend(tags.iter().map(|&(name, value)| (name.into(), value.into())));
    reading
}

#[test]
fn what_differs_in_anything_is_another_series() {
    let series = [
        reading("a", &[]),
        reading("ab", &[]),
        reading("a", &[("b", "")]),
        reading("a", &[("", "b")]),
        reading("a", &[("b", "c")]),
        reading("a", &[("bc", "")]),
        reading("a", &[("b", ""), ("c", "")]),
        Reading { kind: Some(Kind::Counter), ..reading("a", &[]) },
        Reading { kind: Some(Kind::Set), ..reading("a", &[]) },
    ];
    let mut keys = Keys::default();
    for (number, reading) in series.iter().enumerate() {
        assert_eq!(keys.find(reading), Found::New);
        assert_eq!(keys.add(), number);
    }
    for (number, reading) in series.iter().enumerate() {
        assert_eq!(keys.find(reading), Found::Known(number));
    }
    keys.forget();
    assert_eq!(keys.find(&series[0]), Found::New);
}

#[test]
fn samples_are_no_readings() {
    let mut keys = Keys::default();
    let mut statsd = StatsD::new();
    for (number, line) in ["a:1|c", "a:1|ms", "a:1|c|#b", "ab:1|c"].iter().enumerate() {
        assert!(statsd.samples(line.as_bytes(), &mut |sample| assert_eq!(keys.find_sample(&sample), Found::New)));
        assert_eq!(keys.add(), 2 * number);
        statsd.parse(line.as_bytes(), &mut |reading| assert_eq!(keys.find(&reading), Found::New)).unwrap();
        assert_eq!(keys.add(), 2 * number + 1);
    }
    assert!(statsd.samples(b"a:2|c|#b", &mut |sample| assert_eq!(keys.find_sample(&sample), Found::Known(4))));
}

#[test]
fn a_key_is_that_of_no_sample_that_differs_in_a_byte() {
    for len in 1..=20 {
        let (mut keys, name, mut statsd) = (Keys::default(), "a".repeat(len), StatsD::new());
        let mut is_key = |name: &[u8], tags: &str| {
            let (line, mut is_key) = ([name, b":1|c|#", tags.as_bytes()].concat(), false);
            assert!(statsd.samples(&line, &mut |sample| {
                if keys.key.is_empty() {
                    assert_eq!(keys.find_sample(&sample), Found::New);
                }
                is_key = is_key_of(&keys.key, &sample);
            }));
            is_key
        };
        assert!(is_key(name.as_bytes(), "b:c"));
        for place in 0..len {
            let mut other = name.clone().into_bytes();
            other[place] = 0xff;
            assert!(!is_key(&other, "b:c"), "{len} {place}");
        }
        for (name, tags) in [(&*format!("{name}a"), "b:c"), (&name, "b:"), (&name, "b:cc"), (&name, "b:d")] {
            assert!(!is_key(name.as_bytes(), tags), "{name} {tags}");
        }
    }
}

#[test]
fn they_are_bounded() {
    let mut keys = Keys::default();
    let long = "x".repeat(LONGEST);
    assert_eq!(keys.find(&reading("a", &[("b", &long)])), Found::TooLong);
    let line = format!("a:1|c|#{long}");
    let mut is_too_long = |sample: Sample<'_>| assert_eq!(keys.find_sample(&sample), Found::TooLong);
    assert!(StatsD::new().samples(line.as_bytes(), &mut is_too_long));
    while !keys.are_full() {
        let value = format!("{}{}", keys.known.len(), &long[..2000]);
        assert_eq!(keys.find(&reading("a", &[("b", &value)])), Found::New);
        keys.add();
    }
    assert!(keys.known.iter().map(|known| known.key.len()).sum::<usize>() <= MOST_BYTES);
    keys.forget();
    while !keys.are_full() {
        let name = keys.known.len().to_string();
        assert_eq!(keys.find(&reading(&name, &[])), Found::New);
        keys.add();
    }
    assert_eq!(keys.known.len(), MOST);
}
