//! Tables of what is wrong, each with all that is said of it.

use super::{complete, problems};

/// Each case is a paragraph, with what is said after `=>`; comments are paragraphs of their own.
#[track_caller]
fn check(paragraphs: &str) {
    let is_comment = |paragraph: &str| paragraph.lines().all(|line| line.starts_with('#'));
    let cases: Vec<&str> = paragraphs.split("\n\n").filter(|paragraph| !is_comment(paragraph)).collect();
    assert!(!cases.is_empty());
    for case in cases {
        let (said, text): (Vec<&str>, Vec<&str>) = case.lines().partition(|line| line.starts_with("=> "));
        let said: Vec<&str> = said.iter().map(|line| &line["=> ".len()..]).collect();
        assert!(!said.is_empty(), "nothing is said of\n{case}");
        assert_eq!(problems(&complete(&text.join("\n"))), said, "\n{case}");
    }
}

#[test]
fn texts() {
    check(include_str!("wrong/text.txt"));
}

#[test]
fn sources() {
    check(include_str!("wrong/sources.txt"));
}

#[test]
fn fields() {
    check(include_str!("wrong/fields.txt"));
}

#[test]
fn streams() {
    check(include_str!("wrong/streams.txt"));
}

#[test]
fn sinks() {
    check(include_str!("wrong/sinks.txt"));
}
