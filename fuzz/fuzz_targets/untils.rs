//! The text that is kept beside the offsets of Kafka, and in the bucket of JetStream: up to when streams are settled.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/metrix-cli/src/run/ledger/untils.rs"]
mod untils;

use libfuzzer_sys::fuzz_target;
use untils::{Untils, parse};

fuzz_target!(|data: &str| {
    match parse(data) {
        Ok(found) => {
            let text = Untils(found.iter().map(|(stream, until)| (&**stream, *until)).collect()).to_text();
            assert_eq!(parse(&text), Ok(found), "{text}");
        }
        Err(wrong) => {
            assert!(!wrong.is_empty() && !data.is_empty());
            assert!(!wrong.contains(char::is_control), "{wrong:?} is shown to people");
        }
    }
});
