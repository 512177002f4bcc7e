//! Text logs: those of Apache, and lines by a pattern, which is the first line.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::{Fields, Lines, Metric};

static APACHE: LazyLock<Lines> = LazyLock::new(|| {
    let pattern = r#"^\S+ \S+ \S+ \[(?<ts>[^\]]+)\] "(?<method>\S+) [^"]*" (?<status>\d+) (?<bytes>\d+|-)"#;
    let fields = Fields::new()
        .timestamp("ts", "%d/%b/%Y:%H:%M:%S %z")
        .metric(Metric::constant("requests", 1.0).tags(["method", "status"]))
        .metric(Metric::field("bytes", "bytes").tags(["status"]));
    Lines::new(pattern, &fields).expect("it is a pattern")
});

fuzz_target!(|data: &[u8]| {
    check_lines(&mut APACHE.clone(), data);
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    // A larger one takes long to compile, which is not the question.
    let Some(Ok(pattern)) = data.get(..end.min(100)).map(std::str::from_utf8) else { return };
    let fields = Fields::new().metric(Metric::field("value", "v").tags(["t"]));
    match Lines::new(pattern, &fields) {
        Ok(mut lines) => check_lines(&mut lines, &data[end..]),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
