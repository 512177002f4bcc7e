//! What a bucket of JetStream has of a consumer, which others may have written: two records, a line each.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/metrix-io/src/sources/nats/record.rs"]
mod record;

use libfuzzer_sys::fuzz_target;
use record::{Record, key};

fuzz_target!(|data: &[u8]| {
    let (one, other) = halves(data);
    check_key(&String::from_utf8_lossy(one), &String::from_utf8_lossy(other));
    let (one, other) = (Record::read(one), Record::read(other));
    one.iter().chain(&other).for_each(check);
    if let (Some(one), Some(other)) = (one, other) {
        check_after(&one, &other);
    }
});

fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    (&data[..end], data.get(end + 1..).unwrap_or_default())
}

fn check(record: &Record) {
    assert_eq!(Record::read(&record.write()).as_ref(), Some(record), "it reads what it has written");
    for (first, last) in &record.held {
        assert!(!record.has_settled(*first) && !record.has_settled(*last), "what is held is not settled");
    }
    for sequence in edges(record) {
        let is_held = record.held.iter().any(|(first, last)| (*first..=*last).contains(&sequence));
        assert_eq!(record.has_settled(sequence), sequence < record.next && !is_held, "{sequence}");
    }
}

/// What was settled before stays so where this one has not come yet.
fn check_after(one: &Record, before: &Record) {
    let after = one.clone().after(Some(before));
    check(&after);
    for sequence in edges(one).chain(edges(before)) {
        let of = if sequence < one.next { one } else { before };
        assert_eq!(after.has_settled(sequence), of.has_settled(sequence), "{sequence}");
    }
}

/// Sequences where something may end, and those beside them.
fn edges(record: &Record) -> impl Iterator<Item = u64> {
    let ends = record.held.iter().flat_map(|(first, last)| [*first, *last]).chain([0, record.next, u64::MAX]);
    ends.flat_map(|end| [end.saturating_sub(1), end, end.saturating_add(1)])
}

/// A key is one of the bucket's, and of these names alone.
fn check_key(stream: &str, consumer: &str) {
    let key = key(stream, consumer);
    assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=.".contains(&byte)), "{key}");
    let names = key.split_once('.').map(|(stream, consumer)| (name(stream), name(consumer)));
    assert_eq!(names, Some((stream.as_bytes().to_vec(), consumer.as_bytes().to_vec())));
}

/// Of which name this is a part of a key.
fn name(escaped: &str) -> Vec<u8> {
    let mut parts = escaped.split('=');
    let mut name = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        name.push(u8::from_str_radix(digits, 16).expect("it is a number"));
        name.extend_from_slice(rest.as_bytes());
    }
    name
}
