//! Formats of times, the first line, and texts by them and by those that have a name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_io::sources::TimeFormat;

fuzz_target!(|data: &str| {
    let (format, text) = data.split_once('\n').unwrap_or((data, ""));
    for format in [TimeFormat::Rfc3339, TimeFormat::Unix, TimeFormat::UnixMs] {
        check(&format, text);
    }
    match TimeFormat::new(format) {
        Ok(format) => check(&format, text),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

fn check(format: &TimeFormat, text: &str) {
    match format.parse(text) {
        // It has a form that reads back, whichever it came from.
        Ok(at) => assert_eq!(TimeFormat::Rfc3339.parse(&at.to_string()), Ok(at), "{text:?} by {format}"),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
