//! Where problems are said to be in texts that data files can't hold.

use super::{complete, problems};

#[test]
fn an_empty_text_lacks_everything() {
    let expected = [
        "1:1: there is no source: add a table [[source]]",
        "1:1: there is no stream: add a table [[stream]]",
        "1:1: there is no sink: add a table [[sink]]",
    ];
    for text in ["", "# nothing\n", "\u{feff}", "source = []\nstream = []\nsink = []\n"] {
        assert_eq!(problems(text), expected, "{text:?}");
    }
}

#[test]
fn a_mark_of_the_byte_order_is_no_column() {
    let text = complete("\u{feff}[[sources]]\n[[source]]\ntype = \"host\"\n");
    assert_eq!(problems(&text), ["1:3: a configuration has no key `sources`: did you mean `source`?"]);
}

#[test]
fn lines_may_end_as_elsewhere() {
    let text = complete("[[sink]]\ntype = \"log\"\nx = 1\n").replace('\n', "\r\n");
    let expected =
        ["3:1: a `log` sink has no key `x`: known are type, rate_limit, queue, overflow, attempts, batch, streams"];
    assert_eq!(problems(&text), expected);
}

#[test]
fn what_is_said_forges_no_line() {
    let text = complete("\"\\u001b[2J\\na.toml:1:1: all is well\" = 1\n");
    let expected =
        "1:1: a configuration has no key `\\u{1b}[2J\\na.toml:1:1: all is well`: known are source, stream, sink";
    assert_eq!(problems(&text), [expected]);
    let text = complete("[[sink]]\ntype = 'a\u{1}b'\n");
    assert_eq!(
        problems(&text),
        ["2:10: this is no TOML: invalid literal string, expected non-single-quote visible characters"]
    );
}
