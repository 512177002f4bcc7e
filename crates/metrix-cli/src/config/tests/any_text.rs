//! Any text is read to the end, or something is said of it.

use proptest::prelude::*;

use crate::config::{SCHEMA, read};

/// What makes a difference in TOML, and some keys and values.
const PIECES: [&str; 24] = [
    "",
    "\n",
    "\"",
    "'",
    "\"\"\"",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    ",",
    "#",
    ".",
    "-1",
    "0x",
    "nan",
    "true",
    "\\u",
    "ü",
    "\u{feff}",
    "type",
    "[[source]]\n",
    "path = \"-\"\n",
];

/// A place in a text, how much of it to leave out there, and what to put there.
type Change = (prop::sample::Index, usize, String);

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![prop::sample::select(&PIECES[..]).prop_map(str::to_owned), any::<String>()];
    (any::<prop::sample::Index>(), 0..40_usize, piece)
}

fn changed(mut text: String, changes: &[Change]) -> String {
    for (place, len, piece) in changes {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let begin = place.index(places.len());
        let end = (begin + len).min(places.len() - 1);
        text.replace_range(places[begin]..places[end], piece);
    }
    text
}

/// Nothing panics, and all problems lie in the text, in order.
fn check(text: &str) {
    let Err(problems) = read("c", text) else { return };
    assert!(!problems.is_empty());
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).split('\n').collect();
    let mut last = (1, 1);
    for problem in problems {
        let said = problem.to_string();
        let mut parts = said.splitn(4, ':').skip(1);
        let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
        let place = (number(), number());
        assert!(last <= place, "{said}");
        last = place;
        let columns = lines[place.0 - 1].chars().count() + 1;
        assert!((1..=columns).contains(&place.1), "{said}");
        assert!(!said.contains(char::is_control), "{said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_a_schema_that_was_changed(changes in prop::collection::vec(change(), 1..6)) {
        check(&changed(SCHEMA.to_owned(), &changes));
    }

    #[test]
    fn of_pieces(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..30)) {
        check(&pieces.concat());
    }
}
