use proptest::prelude::{any, prop_assert_eq, proptest};
use regex::Regex;

use super::*;

/// Whether the shortcut finds a match, which is that of the regular expression.
#[track_caller]
fn check(pattern: &str, line: &str) -> bool {
    let Some(mut shortcut) = Shortcut::new(&regex_syntax::parse(pattern).unwrap()) else { return false };
    let Some(found) = shortcut.find(line.as_bytes()) else { return false };
    let regex = Regex::new(pattern).unwrap();
    let captures = regex.captures(line).unwrap_or_else(|| panic!("{pattern} has no match in {line}: {found:?}"));
    let expected: Groups = captures.iter().map(|group| group.map(|group| (group.start(), group.end()))).collect();
    assert_eq!(*found, expected, "{pattern} in {line}");
    true
}

#[test]
fn a_match_is_that_of_the_regular_expression() {
    let log =
        r#"^(?<ip>\S+) \S+ \S+ \[(?<ts>[^\]]+)\] "(?<method>\S+) (?<url>\S+)[^"]*" (?<status>\d+) (?<bytes>\d+|-)"#;
    for (pattern, line, expected) in [
        (log, r#"10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304 - "-" "curl""#, true),
        (log, r#"10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 31"#, true),
        // The address takes the quote, and has to give it back.
        (log, r#"10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /" 200 31"#, false),
        (log, "10.0.0.1 - -", false),
        ("a", "ba", false),
        ("a", "ab", true),
        ("^a$", "a", true),
        ("^a$", "ab", false),
        ("^(a|ab)(c|bcd)$", "abcd", true),
        ("^(x|ab)(c|bcd)$", "abcd", false),
        ("^(x|ab)(x|cd)$", "abcd", true),
        ("^(a+b|a+c)", "aac", false),
        ("^(a)?(b)?c", "bc", true),
        ("^(?:(a)|(b))*c", "abc", false),
        (r"^\d{2,3}(\d*)", "12345", true),
        (r"^\d{2,3}", "1", false),
        (r"^.+?b", "ab", false),
        (r"^\bab", "ab", false),
        (r"^\S+ ", "é ", false),
        (r"^\S+ ", "aé ", false),
        (r"^[^ ]+ ", "aé ", false),
        (r"^é\d", "é1", true),
        (r"^(?i)get\s", "GeT ", true),
        ("", "a", true),
        (r"^\S+\s", "a\tb c", true),
        (r"^\S+ ", "a\tb c", false),
        (r"^[^\]]+\]", "a\tb]", true),
        (r"^[^\]]+\]", "a\tbé]", false),
    ] {
        assert_eq!(check(pattern, line), expected, "{pattern} in {line}");
    }
}

proptest! {
    #[test]
    fn any_match_is_that_of_the_regular_expression(
        pattern in r"\^?((\(([ab.]|\[\^a\])[*+?]?([ab]|[|]b?)?\)|[ab.]|\[\^ab?\])([*+?]|\{1,2\})?){1,4}\$?",
        line in "[abcé\t]{0,6}",
        shift in any::<bool>(),
    ) {
        let line = if shift { format!("c{line}") } else { line };
        check(&pattern, &line);
        prop_assert_eq!(check(&regex::escape(&line), &line), true);
    }
}
