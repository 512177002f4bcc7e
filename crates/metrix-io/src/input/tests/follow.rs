use std::sync::mpsc;
use std::thread;

use proptest::prelude::{Strategy, prop, prop_assert_eq, prop_oneof, proptest};

use super::*;

fn follow(folder: &Folder) -> Input {
    Input::builder(folder.path("log")).follow(Follow::FromStart).open().unwrap()
}

#[track_caller]
fn check(input: &mut Input, lines: &[&str]) {
    assert_eq!(drain(input), (lines.iter().map(|&line| line.to_owned()).collect(), Step::Nothing));
}

#[test]
fn a_file_is_read_as_it_grows() {
    let folder = Folder::new();
    folder.append("log", "one\ntw");
    let mut input = follow(&folder);
    check(&mut input, &["one"]);
    check(&mut input, &[]);
    folder.append("log", "o\n\nthr");
    check(&mut input, &["two", ""]);
    folder.append("log", "ee");
    input.stop_following();
    assert_eq!(drain(&mut input), (vec!["three".into()], Step::End));
    assert_eq!((input.progress().bytes(), input.progress().total()), (14, None));
}

#[test]
fn a_renamed_file_is_read_until_the_new_one_has_something() {
    let folder = Folder::new();
    let mut old = folder.writer("log");
    old.write_all(b"1\n2\n").unwrap();
    let mut input = follow(&folder);
    check(&mut input, &["1", "2"]);
    fs::rename(folder.path("log"), folder.path("log.1")).unwrap();
    old.write_all(b"3\n").unwrap();
    check(&mut input, &["3"]);
    let mut new = folder.writer("log");
    check(&mut input, &[]);
    old.write_all(b"4\n5").unwrap();
    check(&mut input, &["4"]);
    new.write_all(b"6\n").unwrap();
    check(&mut input, &["5", "6"]);
    assert_eq!(input.number(), 1);
    new.write_all(b"7\n").unwrap();
    check(&mut input, &["7"]);
}

#[test]
fn what_is_written_before_anyone_looks_is_read_from_both_files() {
    let folder = Folder::new();
    folder.append("log", "1\n");
    let mut input = follow(&folder);
    check(&mut input, &["1"]);
    folder.append("log", "2\n");
    fs::rename(folder.path("log"), folder.path("log.1")).unwrap();
    folder.append("log", "3\n");
    input.stop_following();
    assert_eq!(drain(&mut input), (vec!["2".into(), "3".into()], Step::End));
}

#[test]
fn a_truncated_file_is_read_from_its_beginning() {
    let folder = Folder::new();
    let mut log = folder.writer("log");
    log.write_all(b"long line\ncut of").unwrap();
    let mut input = follow(&folder);
    check(&mut input, &["long line"]);
    fs::copy(folder.path("log"), folder.path("log.1")).unwrap();
    log.set_len(0).unwrap();
    log.write_all(b"new\n").unwrap();
    check(&mut input, &["cut of", "new"]);
    assert_eq!(input.number(), 1);
}

#[test]
fn a_file_that_is_gone_may_come_back() {
    let folder = Folder::new();
    folder.append("log", "1\n");
    let mut input = follow(&folder);
    check(&mut input, &["1"]);
    fs::remove_file(folder.path("log")).unwrap();
    check(&mut input, &[]);
    folder.append("log", "2\n");
    check(&mut input, &["2"]);
}

#[test]
fn from_the_end_only_whole_new_lines_come() {
    let folder = Folder::new();
    folder.append("log", "1\n2");
    let mut within = Input::builder(folder.path("log")).follow(Follow::FromEnd).open().unwrap();
    folder.append("log", "2\n");
    let mut after = Input::builder(folder.path("log")).follow(Follow::FromEnd).open().unwrap();
    folder.append("log", "3\n");
    check(&mut within, &["3"]);
    check(&mut after, &["3"]);
    folder.append("empty", "");
    let mut empty = Input::builder(folder.path("empty")).follow(Follow::FromEnd).open().unwrap();
    folder.append("empty", "1\n");
    check(&mut empty, &["1"]);
}

#[test]
fn a_line_that_grows_too_long_is_told_once() {
    let folder = Folder::new();
    folder.append("log", "1234");
    let mut input = Input::builder(folder.path("log")).follow(Follow::FromStart).max_line(size(2)).open().unwrap();
    assert_eq!((input.advance().unwrap(), input.advance().unwrap()), (Step::TooLong, Step::Nothing));
    folder.append("log", "5678\n9\n");
    assert_eq!((input.advance().unwrap(), input.number()), (Step::Line, 2));
    assert_eq!(input.line(), b"9");
}

#[test]
fn nothing_is_lost_while_a_writer_rotates() {
    const FILES: usize = 30;
    const LINES: usize = 300;
    let folder = Folder::new();
    folder.append("log", "");
    let mut input = follow(&folder);
    let (seen, is_seen) = mpsc::channel();
    let there = &folder;
    let rotate = move || {
        for file in 0..FILES {
            let mut log = there.writer("log");
            for line in 0..LINES {
                writeln!(log, "{}", file * LINES + line).unwrap();
                // Of two rotations between two looks, the file in the middle would not be seen.
                if line == 0 {
                    while is_seen.recv().unwrap() < file * LINES {}
                }
            }
            if file + 1 < FILES {
                fs::rename(there.path("log"), there.path(&format!("log.{file}"))).unwrap();
            }
        }
    };
    thread::scope(|scope| {
        let writer = scope.spawn(rotate);
        for expected in 0..FILES * LINES {
            loop {
                // Asked before, so that all lines are there by then.
                let is_finished = writer.is_finished();
                if input.advance().unwrap() == Step::Line {
                    break;
                }
                assert!(!is_finished, "{expected} is missing");
                thread::yield_now();
            }
            assert_eq!(input.line(), expected.to_string().as_bytes());
            assert_eq!(input.number(), (expected % LINES + 1) as u64);
            // The writer may have ended.
            let _ = seen.send(expected);
        }
    });
    input.stop_following();
    assert_eq!(drain(&mut input), (vec![], Step::End));
}

#[derive(Clone, Debug)]
enum Event {
    Append(String),
    Rename,
    Truncate,
    Look,
}

proptest! {
    #[test]
    fn every_line_comes_once_and_in_order(events in prop::collection::vec(prop_oneof![
        4 => "[a-z]{1,3}\n?|\n".prop_map(Event::Append),
        2 => proptest::prelude::Just(Event::Look),
        1 => proptest::prelude::Just(Event::Rename),
        1 => proptest::prelude::Just(Event::Truncate),
    ], 0..30)) {
        let folder = Folder::new();
        folder.append("log", "");
        let mut input = follow(&folder);
        // Each file's lines end with it.
        let (mut file, mut expected, mut found) = (String::new(), Vec::new(), Vec::new());
        let mut close = |file: &mut String| expected.extend(std::mem::take(file).lines().map(str::to_owned));
        for (number, event) in events.into_iter().enumerate() {
            match event {
                Event::Append(text) => {
                    folder.append("log", &text);
                    file.push_str(&text);
                }
                Event::Look => found.extend(drain(&mut input).0),
                Event::Rename => {
                    // An empty file isn't left, and with two files between two looks one would be missed.
                    folder.append("log", "x");
                    file.push('x');
                    found.extend(drain(&mut input).0);
                    close(&mut file);
                    fs::rename(folder.path("log"), folder.path(&format!("log.{number}"))).unwrap();
                    folder.append("log", "");
                }
                Event::Truncate => {
                    // What nobody has looked at is lost, and what has grown again isn't noticed.
                    found.extend(drain(&mut input).0);
                    close(&mut file);
                    folder.writer("log").set_len(0).unwrap();
                    found.extend(drain(&mut input).0);
                }
            }
        }
        input.stop_following();
        found.extend(drain(&mut input).0);
        close(&mut file);
        prop_assert_eq!(found, expected);
    }
}
