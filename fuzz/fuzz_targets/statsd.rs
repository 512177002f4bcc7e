//! Lines of StatsD and DogStatsD, by both rules for gauges.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::statsd::StatsD;

fuzz_target!(|data: &[u8]| {
    let remembered = metrix::size(2);
    check_lines(&mut StatsD::new().remember(remembered), data);
    check_lines(&mut StatsD::new().absolute_gauges(), data);
});
