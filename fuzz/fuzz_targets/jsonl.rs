//! Measurements as JSON lines.
#![no_main]

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::check_lines;
use metrix_io::sources::Jsonl;

fuzz_target!(|data: &[u8]| check_lines(&mut Jsonl::new(), data));
