//! What exporters show, in both formats.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::prometheus::{Format, PrometheusText};

fuzz_target!(|data: &[u8]| {
    check_lines(&mut PrometheusText::new(Format::Text).counters("*_count"), data);
    check_lines(&mut PrometheusText::new(Format::OpenMetrics), data);
});
