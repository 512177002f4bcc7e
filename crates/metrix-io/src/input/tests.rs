//! What is read from files: as they are, compressed, and while they grow.

mod chunks;
mod follow;
#[cfg(all(feature = "gzip", feature = "zstd"))]
mod packed;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use metrix::size;

use super::*;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("metrix-io-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn append(&self, name: &str, text: impl AsRef<[u8]>) {
        self.writer(name).write_all(text.as_ref()).unwrap();
    }

    fn writer(&self, name: &str) -> File {
        OpenOptions::new().append(true).create(true).open(self.path(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// All lines that there are, and how it goes on.
fn drain(input: &mut Input) -> (Vec<String>, Step) {
    let mut lines = Vec::new();
    loop {
        match input.advance().unwrap() {
            Step::Line => lines.push(String::from_utf8_lossy(input.line()).into_owned()),
            step => return (lines, step),
        }
    }
}

#[track_caller]
fn refused(builder: InputBuilder, message: &str) {
    let error = builder.open().unwrap_err().to_string();
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_file_is_read_to_its_end() {
    let folder = Folder::new();
    folder.append("log", "a\r\né\nlast");
    let mut input = Input::builder(folder.path("log")).open().unwrap();
    assert_eq!(drain(&mut input), (vec!["a".into(), "é".into(), "last".into()], Step::End));
    assert_eq!((input.progress().bytes(), input.progress().total()), (10, Some(10)));
}

#[test]
fn a_line_may_be_any_bytes() {
    let folder = Folder::new();
    folder.append("log", b"\xff\x00\n\x1f\n\x28\xb5");
    let mut input = Input::builder(folder.path("log")).open().unwrap();
    for line in [&b"\xff\x00"[..], b"\x1f", b"\x28\xb5"] {
        assert_eq!((input.advance().unwrap(), input.line()), (Step::Line, line));
    }
}

#[test]
fn the_longest_line_can_be_chosen() {
    let mut input = Input::reader("log", &b"1234\n123\n12345"[..]).max_line(size(3)).open().unwrap();
    assert_eq!(input.advance().unwrap(), Step::TooLong);
    assert_eq!((input.advance().unwrap(), input.line(), input.number()), (Step::Line, &b"123"[..], 2));
    assert_eq!((input.advance().unwrap(), input.line(), input.number()), (Step::TooLong, &b""[..], 3));
    assert_eq!(input.advance().unwrap(), Step::End);
}

#[test]
fn what_cannot_be_opened_is_told_with_its_mend() {
    let folder = Folder::new();
    refused(Input::builder(folder.path("none")), "none: there is no such file: check its path");
    refused(Input::builder(folder.path("none")).follow(Follow::FromStart), "there is no such file");
    refused(Input::builder(&folder.0), "it is a directory: name a file in it");
    refused(Input::builder(&folder.0).follow(Follow::FromEnd), "it is a directory: name a file in it");
    refused(Input::builder("-").follow(Follow::FromStart), "stdin: only a file can be followed: leave out `follow`");
    refused(Input::reader("net", &b""[..]).follow(Follow::FromStart), "net: only a file can be followed");
    refused(Input::builder("a\0b"), "it can't be opened");
}
