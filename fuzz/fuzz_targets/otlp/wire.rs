//! OTLP's requests as protobuf: whether they are one, what their points give, and that JSON says the same.
#![no_main]
#![allow(dead_code, unused_imports)]

// Links to what the crate keeps to itself.
mod otlp;
mod source;

use libfuzzer_sys::fuzz_target;
use metrix_io::{Glob, Kind, Reading};
use otlp::answer::Partial;
use otlp::check::check;
use otlp::from_json::from_json;
use otlp::schema::{REQUEST, RESPONSE, STATUS};
use otlp::status::Status;
use otlp::to_json::to_json;

fuzz_target!(|data: &[u8]| {
    // Answers, which the sink reads as far as they are some.
    let (partial, status) = (Partial::read(data), Status::read(data));
    assert_eq!(Partial::read(&partial.write()), partial);
    assert_eq!((Status::read(&status.write()).code, status.name().is_empty()), (status.code, false));
    for message in [&RESPONSE, &STATUS] {
        if check(message, data).is_ok() {
            assert!(from_json(message, &to_json(message, data)).is_ok());
        }
    }
    if check(&REQUEST, data).is_err() {
        return;
    }
    source::read_points(data);
    let text = to_json(&REQUEST, data);
    let again = from_json(&REQUEST, &text).expect("what is written as JSON can be read");
    assert_eq!(check(&REQUEST, &again), Ok(()));
    assert!(to_json(&REQUEST, &again) == text, "{}", String::from_utf8_lossy(&text));
    source::read_points(&again);
});
