//! Journals of Parquet files, which a process that was killed may have left in any state.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/metrix-io/src/sinks/parquet/frame.rs"]
mod frame;

use frame::{Element, Next};
use libfuzzer_sys::fuzz_target;
use metrix::{MElement, Tags};

fuzz_target!(|data: &[u8]| {
    let (mut journal, mut left) = (data, data.len() as u64);
    while left > 0 {
        let Next::Whole(frame) = frame::next(&mut journal, left).expect("it is in memory") else { break };
        left -= frame::length(&frame);
        drop(frame::decode(&frame));
    }
    // Without the checksum, which would keep nearly everything out.
    let elements = frame::decode(data).unwrap_or_default();
    let batch: Option<Vec<MElement>> = elements.iter().map(element).collect();
    let Some(batch) = batch.filter(|batch| !batch.is_empty()) else { return };
    let bytes = frame::encode(&batch);
    let next = frame::next(&mut &bytes[..], bytes.len() as u64).expect("it is in memory");
    let Next::Whole(frame) = next else { panic!("{next:?} is not whole") };
    assert_eq!(frame::length(&frame), bytes.len() as u64);
    let again: Option<Vec<MElement>> = frame::decode(&frame).expect("it is a batch").iter().map(element).collect();
    assert_eq!(format!("{again:?}"), format!("{:?}", Some(batch)));
});

/// None if its texts aren't UTF-8, which no process has written.
fn element(found: &Element<'_>) -> Option<MElement> {
    let text = |bytes| std::str::from_utf8(bytes).ok();
    let tags: Option<Vec<(&str, &str)>> =
        found.tags.iter().map(|(name, value)| Some((text(name)?, text(value)?))).collect();
    let mut element = MElement::new(text(found.name)?, found.value, Tags::from(tags?), found.at);
    element.start = found.start;
    Some(element)
}
