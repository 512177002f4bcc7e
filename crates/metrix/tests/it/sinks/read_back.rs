//! What is written as text reads back as the same, whatever the texts and numbers are.

use futures::executor::block_on;
use metrix::sink::{Csv, JsonLines, Print};
use metrix::{MElement, Sink, Tags, Timestamp};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::row::Row;

/// Any text, or one of characters that mean something to some reader.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a'\",;=\\\\{}\r\n\t \u{85}\u{2028}]{0,6}"]
}

fn elements() -> impl Strategy<Value = Vec<MElement>> {
    let tags = vec((text(), text()), 0..4).prop_map(Tags::from);
    let value = any::<f64>().prop_filter("JSON has finite values only", |value| value.is_finite());
    let parts = (text(), value, tags, any::<i64>(), any::<Option<i64>>());
    let element = parts.prop_map(|(name, value, tags, at, start)| {
        let element = MElement::new(name, value, tags, Timestamp::from_nanos(at));
        match start {
            Some(start) => element.since(Timestamp::from_nanos(start)),
            None => element,
        }
    });
    vec(element, 1..6)
}

/// Both batches, written one after the other.
macro_rules! written {
    ($sink:ty, $one:expr, $other:expr) => {{
        let mut sink = <$sink>::new(Vec::new());
        block_on(sink.write($one)).unwrap();
        block_on(sink.write($other)).unwrap();
        String::from_utf8(sink.into_inner()).unwrap()
    }};
}

proptest! {
    #[test]
    fn json_lines_csv_and_print(one in elements(), other in elements()) {
        let all = || one.iter().chain(&other);
        let rows: Vec<Row> = all().map(Row::of).collect();
        prop_assert_eq!(&Row::from_json(&written!(JsonLines<Vec<u8>>, &one, &other)), &rows);
        prop_assert_eq!(&Row::from_csv(&written!(Csv<Vec<u8>>, &one, &other)), &rows);
        let timeless: Vec<Row> = all().map(Row::timeless).collect();
        prop_assert_eq!(Row::from_printed(&written!(Print<Vec<u8>>, &one, &other)), timeless);
    }
}
