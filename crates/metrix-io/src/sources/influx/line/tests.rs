use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;

/// The readings of a line, each as its name, tags, value and nanoseconds.
fn read(line: &[u8]) -> Result<Vec<String>, String> {
    let mut readings = Vec::new();
    let mut emit = |reading: Reading<'_>| {
        let tags: String = reading.tags.iter().map(|(name, value)| format!("{name}={value};")).collect();
        let at = reading.at.map_or_else(|| "now".to_owned(), |at| at.as_nanos().to_string());
        readings.push(format!("{}|{tags}|{}|{at}", reading.name, reading.value));
    };
    let result = InfluxLines::new().parse(line, &mut emit);
    // A wrong line has no readings.
    assert!(result.is_ok() || readings.is_empty(), "{readings:?}");
    result.map(|()| readings).map_err(|error| format!("{}: {error}", error.kind))
}

#[test]
fn lines_are_read_as_influxdb_reads_them() {
    for (line, expected) in [
        ("m value=1", vec!["m||1|now"]),
        ("m value=1 5", vec!["m||1|5"]),
        ("  m   value=1   -5  \r", vec!["m||1|-5"]),
        ("m,k=v,a=b x=-1.5e3,y=2i,z=3u 7", vec!["m.x|k=v;a=b;|-1500|7", "m.y|k=v;a=b;|2|7", "m.z|k=v;a=b;|3|7"]),
        ("m a=t,b=True,c=FALSE,d=f", vec!["m.a||1|now", "m.b||1|now", "m.c||0|now", "m.d||0|now"]),
        ("m a=\"x, \\\"y\\\" = z\\\\\",b=1", vec!["m.b||1|now"]),
        ("m a=\"only text\" 1", vec![]),
        ("m\\,\\ \\=n,k\\ \\,\\==v\\ \\,\\= f\\ \\,\\==1", vec!["m, \\=n.f ,=|k ,==v ,=;|1|now"]),
        ("m=n,k=C:\\dir value=+1", vec!["m=n|k=C:\\dir;|1|now"]),
        ("größe,k=日本 値=1", vec!["größe.値|k=日本;|1|now"]),
        ("\"m\" value=.5", vec!["\"m\"||0.5|now"]),
        ("m value=9007199254740993i", vec!["m||9007199254740992|now"]),
        ("m,b=1,a=2 time=3,x=4", vec!["m.x|b=1;a=2;|4|now"]),
        ("m value=5.", vec!["m||5|now"]),
        ("# a comment", vec![]),
        ("", vec![]),
        ("   ", vec![]),
    ] {
        assert_eq!(read(line.as_bytes()), Ok(expected.into_iter().map(str::to_owned).collect()), "{line}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (line, expected) in [
        (&b"m"[..], "field: 2: there is no field: write a name, = and a value after the tags"),
        (b"m ", "field: 2: there is no field: write a name, = and a value after the tags"),
        (b"m 5", "field: 3: there is no field: write a name, = and a value after the tags"),
        (b"m =1", "field: 3: there is no field: write a name, = and a value after the tags"),
        (b"m a=1,", "field: 7: there is no field: write a name, = and a value after the tags"),
        (b",k=v a=1", "measurement: 1: there is no measurement: begin the line with its name"),
        (b"m,=v a=1", "tag: 3: there is no name of a tag: write one, = and its value"),
        (b"m, a=1", "tag: 3: there is no name of a tag: write one, = and its value"),
        (b"m,k a=1", "tag: 3: the tag \"k\" has no value: write = and its value"),
        (b"m,k= a=1", "tag: 5: the value of the tag \"k\" is empty: leave it out"),
        (b"m,k=a=b a=1", "tag: 6: a value of a tag has =: write a backslash before it"),
        (b"m,k=a,j=b,k=c a=1", "tag: 3: the tag \"k\" is there twice: leave one of them out"),
        (b"m,time=3 a=1", "tag: 3: a tag is called time, which is the time's own: call it otherwise"),
        (b"m a=", "value: 5: \"\" is no value: write a number, true or false, or a text in quotation marks"),
        (b"m a=1x", "value: 5: \"1x\" is no value: write a number, true or false, or a text in quotation marks"),
        (b"m a=nan", "value: 5: \"nan\" is no value: write a number, true or false, or a text in quotation marks"),
        (b"m a=1e999", "value: 5: \"1e999\" is no value: write a number, true or false, or a text in quotation marks"),
        (b"m a=1.5i", "value: 5: \"1.5i\" is no value: write a number, true or false, or a text in quotation marks"),
        (b"m a=-1u", "value: 5: \"-1u\" is no value: write a number, true or false, or a text in quotation marks"),
        (b"m a=\"x", "value: 5: the text has no end: write a quotation mark after it"),
        (b"m a=\"x\"y", "value: 5: the text has no end: write a quotation mark after it"),
        (b"m a=1 now", "time: 7: \"now\" is no time: write a whole number of the unit that was said"),
        (b"m a=1 1 2", "time: 7: \"1 2\" is no time: write a whole number of the unit that was said"),
        (b"m a=1 1.5", "time: 7: \"1.5\" is no time: write a whole number of the unit that was said"),
        (b"m,k=\xff a=1", "text: 5: the line is not UTF-8: write it in that encoding"),
    ] {
        assert_eq!(read(line), Err(expected.to_owned()), "{}", String::from_utf8_lossy(line));
    }
}

#[test]
fn a_time_that_is_none_in_nanoseconds_is_wrong() {
    let mut lines = InfluxLines::new().precision(Precision::Seconds);
    let mut at = None;
    lines.parse(b"m value=1 1700000000", &mut |reading| at = reading.at).unwrap();
    assert_eq!(at, Some(Timestamp::from_secs(1_700_000_000)));
    let error = lines.parse(b"m a=\"text\",value=1 1700000000000", &mut |_| ()).unwrap_err();
    assert_eq!((error.kind, lines.skipped()), ("time", 0));
}

#[test]
fn a_message_is_short_whatever_the_line() {
    let error = read(format!("m a={}", "x".repeat(100_000)).as_bytes()).unwrap_err();
    assert!(error.len() < 200, "{error}");
}

/// A line of so many tags, each with a space in it, and so many fields.
fn wide(tags: usize, fields: usize) -> String {
    let tags: String = (0..tags).map(|tag| format!(",t{tag:04}=a\\ b")).collect();
    let fields: Vec<String> = (0..fields).map(|field| format!("f{field}=1")).collect();
    format!("m{tags} {}", fields.join(","))
}

#[test]
fn a_line_is_bounded_whatever_it_has() {
    for (tags, fields) in [(64, 1024), (1000, 65), (1024, 64), (0, 1024)] {
        assert_eq!(read(wide(tags, fields).as_bytes()).map(|readings| readings.len()), Ok(fields));
    }
    let refused = |line: &str| read(line.as_bytes()).unwrap_err();
    assert!(refused(&wide(1025, 1)).ends_with(": the line has more than 1024 tags: write them in several lines"));
    assert!(refused(&wide(65, 1024)).ends_with(": the line has more than 1008 fields: write them in several lines"));
    assert!(refused(&wide(1000, 66)).ends_with(": the line has more than 65 fields: write them in several lines"));
    let line = wide(0, 1025);
    let expected =
        format!("field: {}: the line has more than 1024 fields: write them in several lines", line.len() - 6);
    assert_eq!(refused(&line), expected);
    let texts = format!("m {}", "a=\"\",".repeat(1025));
    assert!(refused(&texts).contains("more than 1024 fields"));
    let text = |bytes: usize| format!("m a=1,b=\"{}\"", "x".repeat(bytes - 10));
    assert!(read(text(66_560).as_bytes()).is_ok());
    let expected = "length: 1: the line has 66561 bytes, and 66560 at most: write fewer tags and fields in one";
    assert_eq!(refused(&text(66_561)), expected);
}

/// A text that a backslash has changed is the same for each reading of a line, and not made again for each.
#[test]
fn texts_of_tags_are_made_once_a_line() {
    let mut texts = Vec::new();
    let mut emit = |reading: Reading<'_>| {
        assert!(reading.tags.iter().all(|(_, value)| matches!(value, Cow::Borrowed("a b"))));
        texts.push(reading.tags[0].1.as_ptr());
    };
    InfluxLines::new().parse(wide(64, 1024).as_bytes(), &mut emit).unwrap();
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(10_000))]

    #[test]
    fn any_bytes_are_read_or_refused(line in vec(any::<u8>(), 0..200)) {
        let _either = read(&line);
    }

    /// Lines that are nearly right get further.
    #[test]
    fn lines_that_were_changed_are_read_or_refused(
        changes in vec((0..80_usize, proptest::sample::select(&b"\\,= \"#\ni1e.-\x00\xff"[..])), 0..6)
    ) {
        let mut line = br#"weather,city=Kiel\ West,k=v temperature=12.5,wind=3i,sky="b\"l" 1700000000000000000"#.to_vec();
        for (place, byte) in changes {
            line[place] = byte;
        }
        let _either = read(&line);
    }

    #[test]
    fn values_and_times_are_exact(value in any::<f64>(), nanos in any::<i64>()) {
        let mut found = None;
        let line = format!("m value={value:?} {nanos}");
        let result = InfluxLines::new().parse(line.as_bytes(), &mut |reading| found = Some((reading.value, reading.at)));
        prop_assert_eq!(result.is_ok(), value.is_finite());
        prop_assert_eq!(found, value.is_finite().then(|| (value, Some(Timestamp::from_nanos(nanos)))));
    }
}
