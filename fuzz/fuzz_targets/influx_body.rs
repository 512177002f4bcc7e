//! Bodies of requests to InfluxDB, which are cut into lines with line breaks in texts.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/metrix-io/src/sources/influx/body.rs"]
mod body;
#[path = "../../crates/metrix-io/src/sources/influx/text.rs"]
mod text;

use body::Place;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut place = Place::default();
    let (mut left, mut last) = (data, 0);
    while let Some((number, line)) = place.next(data) {
        assert!(number > last, "lines are counted");
        last = number;
        assert!(left.starts_with(line), "nothing is left out");
        left = &left[line.len()..];
        left = left.strip_prefix(b"\n").unwrap_or(left);
    }
    assert!(left.is_empty(), "all is in a line");
});
