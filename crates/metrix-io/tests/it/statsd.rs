//! StatsD: what lines give, and what becomes of elements.

mod any_line;
#[cfg(unix)]
mod dogstatsd;
mod faults;
mod lines;
#[cfg(unix)]
mod sink;
mod write;

use metrix_io::sources::statsd::StatsD;
use metrix_io::{LineError, ParseLine, Reading};

/// What the lines give, one after another.
fn read(statsd: &mut StatsD, line: &[u8]) -> (Vec<Reading<'static>>, Result<(), LineError>) {
    let mut readings = Vec::new();
    let result = statsd.parse(line, &mut |reading| readings.push(reading.into_owned()));
    (readings, result)
}
