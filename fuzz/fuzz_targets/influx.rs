//! Lines of InfluxDB, in each precision.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::influx::{InfluxLines, Precision};

fuzz_target!(|data: &[u8]| {
    let Some((first, lines)) = data.split_first() else { return };
    let precisions = [Precision::Nanoseconds, Precision::Microseconds, Precision::Milliseconds, Precision::Seconds];
    let precision = precisions[usize::from(*first) % precisions.len()];
    check_lines(&mut InfluxLines::new().precision(precision), lines);
});
