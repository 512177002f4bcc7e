use std::io::{Cursor, Read};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zst(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Many lines, which don't compress well.
fn text() -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 20
    };
    (0..20_000).flat_map(|line| format!("{line} {:x}\n", next()).into_bytes()).collect()
}

#[test]
fn what_is_compressed_is_read_as_it_was() {
    let folder = Folder::new();
    let text = text();
    let expected: Vec<_> = String::from_utf8(text.clone()).unwrap().lines().map(str::to_owned).collect();
    let halves = text.split_at(text.len() / 2 + 3);
    for (name, bytes) in [
        ("log.gz", gzip(&text)),
        ("log.zst", zst(&text)),
        // Several one after the other are one, and a name is no matter.
        ("two", [gzip(halves.0), gzip(halves.1)].concat()),
        ("both", [zst(halves.0), zst(halves.1)].concat()),
    ] {
        folder.append(name, &bytes);
        let mut input = Input::builder(folder.path(name)).open().unwrap();
        assert_eq!(input.progress().total(), Some(bytes.len() as u64));
        assert!(drain(&mut input) == (expected.clone(), Step::End), "{name}");
        assert_eq!(input.progress().bytes(), bytes.len() as u64);
    }
}

/// Reads on until there is an error; how many lines came before it.
fn fails(bytes: Vec<u8>, message: &str) -> usize {
    let mut input = Input::reader("log", Cursor::new(bytes)).open().unwrap();
    let mut lines = 0;
    loop {
        match input.advance() {
            Ok(Step::Line) => lines += 1,
            Ok(step) => panic!("{step:?} after {lines} lines, instead of {message}"),
            Err(error) => {
                assert!(error.to_string().contains(message), "{error}");
                assert_eq!(input.advance().unwrap(), Step::End);
                return lines;
            }
        }
    }
}

#[test]
fn what_is_cut_off_or_damaged_is_told_and_the_rest_before_it_read() {
    for pack in [gzip, zst] {
        let whole = pack(&text());
        let cut = whole[..whole.len() / 2].to_vec();
        assert!(fails(cut, "its compressed data is cut off after ") > 1000);
        let mut damaged = whole.clone();
        let middle = whole.len() / 2;
        damaged[middle..middle + 100].fill(0x55);
        fails(damaged, "its compressed data is damaged within the first ");
        let mut wrong_sum = whole.clone();
        // Before the length that ends gzip; the last of Zstandard.
        let at = whole.len() - if pack(b"").starts_with(b"\x1f") { 6 } else { 2 };
        wrong_sum[at] ^= 1;
        fails(wrong_sum, "its compressed data is damaged within the first ");
    }
}

#[test]
fn what_comes_slowly_is_told_apart_by_its_first_bytes() {
    struct Bytewise(Cursor<Vec<u8>>);
    impl Read for Bytewise {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(&mut buffer[..1])
        }
    }
    for bytes in [gzip(b"a\nb"), zst(b"a\nb"), b"a\nb".to_vec()] {
        let mut input = Input::reader("log", Bytewise(Cursor::new(bytes))).open().unwrap();
        assert_eq!(drain(&mut input), (vec!["a".into(), "b".into()], Step::End));
    }
}

#[test]
fn what_is_compressed_cannot_be_followed() {
    let folder = Folder::new();
    folder.append("log.gz", gzip(b"a"));
    folder.append("log.zst", zst(b"a"));
    for name in ["log.gz", "log.zst"] {
        refused(Input::builder(folder.path(name)).follow(Follow::FromStart), "it is compressed, and can't be followed");
    }
}
