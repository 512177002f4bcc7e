//! Messages of gRPC as they come in pieces, and words of its headers.
#![no_main]
#![allow(dead_code, unused_imports)]

// Links to what the crate keeps to itself.
mod http_server;
mod otlp;

use std::io::Read;

use flate2::read::MultiGzDecoder;
use http_server::{MOST, message};
use libfuzzer_sys::fuzz_target;
use otlp::grpc::{HEAD, escape, frame, unescape, unframe};

fuzz_target!(|data: &[u8]| {
    if let Ok(words) = std::str::from_utf8(data) {
        let escaped = escape(words);
        assert!(escaped.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{escaped}");
        assert_eq!(unescape(escaped.as_bytes()), words);
    }
    let _words_of_any_kind = unescape(data);
    let Some(([first, second], body)) = data.split_first_chunk::<2>() else { return };
    let whole = message(body, &[], true);
    let in_pieces = message(body, &[*first, *second], true);
    assert_eq!(in_pieces.as_ref().ok(), whole.as_ref().ok(), "pieces make no difference");
    let plain = message(body, &[], false);
    match unframe(body) {
        Some(expected) if expected.len() > MOST => assert!(plain.is_err() && whole.is_err()),
        Some(expected) => assert!(plain.as_deref() == Ok(expected) && whole.as_deref() == Ok(expected)),
        None => assert!(plain.is_err(), "it is packed, or another length"),
    }
    if let (Ok(found), [1, packed @ ..]) = (&whole, body) {
        let mut expected = Vec::new();
        let read = MultiGzDecoder::new(&packed[HEAD - 1..]).take(MOST as u64 + 1).read_to_end(&mut expected);
        assert!(read.is_err() || expected == *found, "it is unpacked as others do");
    }
    assert_eq!(unframe(&frame(body, false)), Some(body));
});
