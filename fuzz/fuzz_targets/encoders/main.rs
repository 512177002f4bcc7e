//! What sinks send over connections or show, read back: as much as there are elements that are not refused, each as the table in the docs
//! of its sink has it, and nothing that a name or a tag has forged.
//!
//! An input is text: a value, the seconds of a time and the elements, with U+001E between them; of an element, U+001F is between its name, and the names
//! and values of its tags.
#![no_main]

mod opentsdb;
mod pickle;
mod prometheus;

use libfuzzer_sys::fuzz_target;
use metrix_fuzz::sent;

fuzz_target!(|data: &str| {
    let mut parts = data.split('\u{1e}');
    let mut number = || parts.next().unwrap_or_default();
    let (value, at) = (number().parse().unwrap_or(-1.5), number().parse().unwrap_or(1_700_000_000));
    let texts = parts.map(|element| {
        let mut texts = element.split('\u{1f}').map(str::to_owned);
        let name = texts.next().unwrap_or_default();
        let mut pairs = Vec::new();
        while let Some(tag) = texts.next() {
            pairs.push((tag, texts.next().unwrap_or_default()));
        }
        (name, pairs)
    });
    let batch = sent::batch(value, at, texts);
    if batch.is_empty() {
        return;
    }
    opentsdb::check(&batch);
    pickle::check(&batch);
    prometheus::check(&batch);
});
