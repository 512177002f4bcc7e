use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;

#[track_caller]
fn check(format: &str, text: &str, nanos: Option<i64>) {
    let format = TimeFormat::new(format).unwrap();
    assert_eq!(format.parse(text).ok(), nanos.map(Timestamp::from_nanos), "{text}");
}

#[test]
fn numbers_are_exact() {
    check("unix", "0", Some(0));
    check("unix", "1431857103.25", Some(1_431_857_103_250_000_000));
    check("unix", "1431857103.123456789", Some(1_431_857_103_123_456_789));
    check("unix", "1431857103.1234567899", Some(1_431_857_103_123_456_789));
    check("unix", "-0.5", Some(-500_000_000));
    check("unix", "9223372036.854775807", Some(i64::MAX));
    check("unix", "-9223372036.854775808", Some(i64::MIN));
    check("unix", "9223372036.854775808", None);
    check("unix", "1.431857103e9", Some(1_431_857_103_000_000_000));
    check("unix", "1e300", None);
    check("unix", "1e9999", None);
    check("unix_ms", "1431857103250", Some(1_431_857_103_250_000_000));
    check("unix_ms", "1431857103250.000001", Some(1_431_857_103_250_000_001));
    for text in
        ["", "-", ".", "1.", ".5", "+1", "--1", "1.-1", "0x1", "1 ", "e", "nan", "inf", "1e", "99999999999999999999"]
    {
        check("unix", text, None);
    }
}

#[test]
fn texts_are_read_by_their_format() {
    check("rfc3339", "2015-05-17T10:05:03Z", Some(1_431_857_103_000_000_000));
    check("rfc3339", "2015-05-17T12:05:03.25+02:00", Some(1_431_857_103_250_000_000));
    check("rfc3339", "2015-05-17", None);
    check("rfc3339", "2015-02-30T10:05:03Z", None);
    check("rfc3339", "3000-01-01T00:00:00Z", None);
    check("%d/%b/%Y:%H:%M:%S %z", "17/May/2015:10:05:03 +0000", Some(1_431_857_103_000_000_000));
    check("%d/%b/%Y:%H:%M:%S %z", "17/May/2015:08:05:03 -0200", Some(1_431_857_103_000_000_000));
    check("%d/%b/%Y:%H:%M:%S %z", "17/May/2015:08:05:03 -0200 ", None);
    check("%d/%b/%Y:%H:%M:%S %z", "17/Mai/2015:08:05:03 -0200", None);
    check("%d/%b/%Y:%H:%M:%S %z", "31/Apr/2015:08:05:03 -0200", None);
    check("%Y-%m-%d %H:%M:%S%.f", "2015-05-17 10:05:03.25", Some(1_431_857_103_250_000_000));
    check("%s", "1431857103", Some(1_431_857_103_000_000_000));
}

#[track_caller]
fn refused(format: &str, message: &str) {
    let error = TimeFormat::new(format).unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_wrong_format_is_refused_with_its_place() {
    refused("%Y-%m-%d %Q:%M:%S", "at character 10, `%Q`");
    refused("ä%%%Y %J", "at character 7, `%J`");
    refused("%Y-%m-%d %H:%M:%S %", "at character 19, `%`");
    refused("%Y-%m-%d %H:%M:%S %Z", "use an offset, %z");
    for format in ["", "%Y", "%H:%M:%S", "%b %d %H:%M:%S", "ISO", "100%%"] {
        refused(format, "leaves open which time it is");
    }
}

proptest! {
    #[test]
    fn every_time_reads_back(nanos in any::<i64>()) {
        let time = Timestamp::from_nanos(nanos);
        let text = format!("{}{}.{:09}", if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs() / 1_000_000_000, nanos.unsigned_abs() % 1_000_000_000);
        prop_assert_eq!(TimeFormat::Unix.parse(&text), Ok(time));
        prop_assert_eq!(TimeFormat::Rfc3339.parse(&time.to_string()), Ok(time));
    }

    #[test]
    fn any_format_and_text_are_read_or_refused(format in "[%a-zA-Z:+. -]{0,12}|\\PC*", text in "\\PC*") {
        if let Ok(format) = TimeFormat::new(&format) {
            let _ = format.parse(&text);
        }
    }
}

/// It says how a time is read, and no time can be written so.
#[test]
fn an_offset_that_can_only_be_read_is_refused() {
    let error = TimeFormat::new("%Y-%m-%d %H:%M:%S%% %#z").unwrap_err();
    let words = "has no known meaning at character 21, `%#z`: write rfc3339";
    assert!(error.to_string().contains(words), "{error}");
}
