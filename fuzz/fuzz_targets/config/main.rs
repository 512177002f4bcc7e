//! Configurations of the program.
#![no_main]
#![allow(dead_code, unused_imports)]

// Links to the program's own, which is no library.
mod config;
mod place;
mod printable;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    if let Err(problems) = config::read("fuzzed.toml", data) {
        assert!(!problems.is_empty(), "what is refused is refused for something");
    }
});
