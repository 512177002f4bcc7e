//! Lines of Graphite: what they give.

use metrix::{Timestamp, tags};
use metrix_io::sources::graphite::Graphite;
use metrix_io::{LineError, ParseLine, Reading};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

fn read(line: &[u8]) -> Result<Option<Reading<'static>>, LineError> {
    let mut readings = Vec::new();
    Graphite::new().parse(line, &mut |reading| readings.push(reading.into_owned()))?;
    assert!(readings.len() <= 1);
    Ok(readings.pop())
}

#[test]
fn lines_give_what_they_say() {
    for (line, name, value, tags, at) in [
        ("a 1 2", "a", 1.0, tags! {}, Some(2)),
        ("a.b..c -1.5e3 1431857103", "a.b..c", -1500.0, tags! {}, Some(1_431_857_103)),
        (" a\t1   2\r", "a", 1.0, tags! {}, Some(2)),
        ("a 1 -1", "a", 1.0, tags! {}, None),
        ("a;b=c;a=d=e 1 2", "a", 1.0, tags! { "b" => "c", "a" => "d=e" }, Some(2)),
        ("a;b=c;b=d 1 2", "a", 1.0, tags! { "b" => "d" }, Some(2)),
        ("é;ü=ß 1 2", "é", 1.0, tags! { "ü" => "ß" }, Some(2)),
    ] {
        let reading = read(line.as_bytes()).unwrap().unwrap();
        assert_eq!((&*reading.name, reading.value, reading.to_tags()), (name, value, tags), "{line}");
        assert_eq!((reading.at, reading.weight), (at.map(Timestamp::from_secs), 1.0), "{line}");
    }
    assert_eq!(read(b""), Ok(None));
    let most = format!("a{} 1 2", ";k=v".repeat(100));
    assert_eq!(read(most.as_bytes()).unwrap().unwrap().tags.len(), 100);
}

#[test]
fn faults_say_what_and_where() {
    let many = format!("a{} 1 2", ";k=v".repeat(101));
    for (line, kind, column) in [
        (&b"a\xff 1 2"[..], "encoding", 1),
        (b" ", "fields", 0),
        (b"a", "fields", 0),
        (b"a 1", "fields", 0),
        (b"a 1 2 3", "fields", 0),
        (b";a=b 1 2", "name", 0),
        (b"a; 1 2", "tag", 2),
        (b"a;b 1 2", "tag", 2),
        (b"a;b= 1 2", "tag", 2),
        (b"a;b=c;=d 1 2", "tag", 6),
        (many.as_bytes(), "tag", 402),
        (b"a x 2", "value", 2),
        (b"a nan 2", "not finite", 2),
        (b"a 1e999 2", "not finite", 2),
        (b"a 1 x", "time", 4),
        (b"a 1 -3", "time", 4),
    ] {
        let error = read(line).unwrap_err();
        assert_eq!((error.kind, error.column), (kind, column), "{:?}", String::from_utf8_lossy(line));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_reading_or_a_fault_within_the_line(line in vec(any::<u8>(), 0..80)) {
        match read(&line) {
            Ok(reading) => prop_assert!(reading.is_none_or(|reading| reading.value.is_finite()) ),
            Err(error) => prop_assert!(error.column <= line.len()),
        }
        Graphite::new().samples(&line, &mut |sample| assert!(sample.value.is_finite()));
    }

    #[test]
    fn any_mutation_is_a_reading_or_a_fault_within_the_line(
        place in 0..45_usize,
        bytes in vec(any::<u8>(), 0..4),
        removed in 0..4_usize,
    ) {
        let mut line = b"web.load;host=a;core=0 -12.75 1431857103.25".to_vec();
        let place = place.min(line.len());
        let end = (place + removed).min(line.len());
        line.splice(place..end, bytes);
        match read(&line) {
            Ok(reading) => prop_assert!(reading.is_none_or(|reading| reading.value.is_finite() && !reading.name.is_empty())),
            Err(error) => prop_assert!(error.column <= line.len()),
        }
    }
}
