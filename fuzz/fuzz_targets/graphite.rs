//! Lines of Graphite.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::graphite::Graphite;

fuzz_target!(|data: &[u8]| check_lines(&mut Graphite::new(), data));
