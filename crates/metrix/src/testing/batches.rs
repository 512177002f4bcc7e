//! What the conformance test of sinks writes.

use metrix_core::Timestamp;

use crate::{MElement, Tags, tags};

/// Ordinary elements, all different, of two series; each third sums up no window.
pub(super) fn plain(name: &str, count: usize) -> Vec<MElement> {
    let element = |number: usize| {
        let at = Timestamp::from_secs(1_431_857_100 + number as i64);
        let tags = if number % 2 == 0 {
            tags! { "page" => "/" }
        } else {
            tags! { "page" => "/about", "method" => "GET" }
        };
        let element = MElement::new(format!("{name}.count"), number as f64 + 0.5, tags, at);
        if number % 3 == 0 { element } else { element.since(Timestamp::from_secs(1_431_857_000)) }
    };
    (0..count).map(element).collect()
}

/// An element that a sink may refuse, with what is special about it.
pub(super) struct Hostile {
    pub(super) what: String,
    pub(super) element: MElement,
}

/// Texts that have broken some protocol or other.
fn texts() -> Vec<(&'static str, String)> {
    let texts = [
        ("an empty text", ""),
        ("a blank", " "),
        ("blanks at both ends", " a "),
        ("a line break", "a\nb"),
        ("a command after a line break", "a\r\nput forged 0 1 a=b\r\n"),
        ("a carriage return alone", "a\rb"),
        ("a NUL", "a\0b"),
        ("control characters", "\u{1}\u{7}\u{8}\t\u{b}\u{c}\u{1b}[31m\u{7f}\u{9b}"),
        ("other line breaks", "a\u{85}b\u{2028}c\u{2029}d"),
        ("quotes", "it's \"quoted\" `so`"),
        ("backslashes", "\\ \\\\ \\n \\"),
        ("a comma", "a,b"),
        ("separators", "a=b;c:d|e&f#g"),
        ("brackets", "{}[]()<>{{}}"),
        ("formats", "%s %d {} {0} ${HOME} $(id)"),
        ("a formula", "=1+1"),
        ("a comment", "# a -- b // c"),
        ("a path", "../../../a"),
        ("markup", "<script>&amp;</script>"),
        ("letters of many scripts", "Ωméga_指标_метрика_測定"),
        ("an emoji of several characters", "👩‍🚀🏳️‍🌈"),
        ("marks without a letter", "\u{301}\u{301}a\u{301}"),
        ("writing from right to left", "\u{202e}abc\u{202c} \u{200f}שלום"),
        ("invisible characters", "\u{feff}a\u{200b}b\u{ad}"),
        ("the last character there is", "\u{10ffff}"),
        ("a replacement character", "\u{fffd}"),
    ];
    let long = ("a text of 1 MB", "long ".repeat(200_000));
    texts.into_iter().map(|(what, text)| (what, text.to_owned())).chain([long]).collect()
}

/// All that is hard to write, each thing in an element of its own.
pub(super) fn hostile() -> Vec<Hostile> {
    let at = Timestamp::from_secs(1_431_857_100);
    let mut all = Vec::new();
    let mut add = |what: String, element| all.push(Hostile { what, element });
    for (what, text) in texts() {
        add(format!("{what} as the name"), MElement::new(&*text, 1.0, tags! { "a" => "b" }, at));
        add(format!("{what} as the name of a tag"), MElement::new("n.sum", 2.0, Tags::from([(&*text, "b")]), at));
        add(format!("{what} as the value of a tag"), MElement::new("n.sum", 3.0, Tags::from([("a", &*text)]), at));
    }
    let many: Tags = (0..500).map(|number| (format!("tag{number}"), number.to_string())).collect();
    add("500 tags".into(), MElement::new("n.sum", 4.0, many, at));
    add("no tags".into(), MElement::new("n.sum", 5.0, Tags::NONE, at));
    let special =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 5e-324, f64::MAX, f64::MIN, 9_007_199_254_740_993.0];
    for value in special {
        add(format!("the value {value:e}"), MElement::new("n.sum", value, tags! { "a" => "b" }, at));
    }
    for time in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::from_nanos(-1), Timestamp::MAX] {
        let element = MElement::new("n.sum", 6.0, tags! { "a" => "b" }, time);
        add(format!("the time {time}"), element.clone());
        add(format!("a window from the beginning of time to {time}"), element.since(Timestamp::MIN));
    }
    all
}
