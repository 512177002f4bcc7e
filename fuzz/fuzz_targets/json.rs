//! Logs of JSON lines, by JSON pointers of which the first line may be one.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::{Fields, Json, Metric};

fuzz_target!(|data: &[u8]| {
    let fields = Fields::new()
        .timestamp("/time", "rfc3339")
        .metric(Metric::field("bytes", "/nginx/bytes").tag("agent", "/nginx/agent").tags(["/host", "/0"]))
        .metric(Metric::constant("requests", 1.0).tags(["/a~1b", "/a~0b/2"]));
    check_lines(&mut Json::new(&fields).expect("they are pointers"), data);
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let Ok(pointer) = std::str::from_utf8(&data[..end]) else { return };
    match Json::new(&Fields::new().metric(Metric::field("any", pointer).tags([pointer]))) {
        Ok(mut json) => check_lines(&mut json, &data[end..]),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
