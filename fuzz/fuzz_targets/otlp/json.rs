//! OTLP's requests as JSON.
#![no_main]
#![allow(dead_code, unused_imports)]

// Links to what the crate keeps to itself.
mod otlp;
mod source;

use libfuzzer_sys::fuzz_target;
use metrix_io::{Glob, Kind, Reading};
use otlp::check::check;
use otlp::from_json::from_json;
use otlp::schema::REQUEST;
use otlp::to_json::to_json;

fuzz_target!(|text: &[u8]| {
    let message = match from_json(&REQUEST, text) {
        Ok(message) => message,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(message.capacity() <= 8 * text.len(), "{} bytes of {}", message.capacity(), text.len());
    // It may be too deep, and nothing else.
    if check(&REQUEST, &message).is_err() {
        assert!(text.iter().filter(|byte| b"[{".contains(byte)).count() >= 32);
        return;
    }
    source::read_points(&message);
    let written = to_json(&REQUEST, &message);
    let again = from_json(&REQUEST, &written).expect("what is written as JSON can be read");
    assert!(to_json(&REQUEST, &again) == written, "{}", String::from_utf8_lossy(&written));
});
