//! [`encode`]: an element as a JSON object.

use std::fmt::Write as _;

use crate::sink::number::write_number;
use crate::{MElement, Tags};

/// Appends the line of an element, or says that JSON has no form for its value.
pub(super) fn encode(element: &MElement, text: &mut String) -> Result<(), String> {
    let value = element.value;
    if !value.is_finite() {
        return Err(format!("the value {value} has no form in JSON: leave out values that are not finite"));
    }
    text.push_str("{\"name\":");
    string(&element.name, text);
    text.push_str(",\"value\":");
    write_number(value, text);
    text.push_str(",\"tags\":");
    object(&element.tags, text);
    let at = element.at;
    let times = match element.start {
        Some(start) => writeln!(text, ",\"at\":\"{at}\",\"start\":\"{start}\",\"end\":\"{at}\"}}"),
        None => writeln!(text, ",\"at\":\"{at}\"}}"),
    };
    times.expect("a string takes all text");
    Ok(())
}

fn object(tags: &Tags, text: &mut String) {
    text.push('{');
    for (place, (name, value)) in tags.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        string(name, text);
        text.push(':');
        string(value, text);
    }
    text.push('}');
}

fn string(content: &str, text: &mut String) {
    text.push('"');
    for c in content.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // JSON allows the last two and the controls from 127 on, but many programs take them for line breaks.
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => {
                write!(text, "\\u{:04x}", u32::from(c)).expect("a string takes all text");
            }
            c => text.push(c),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::Timestamp;

    fn line(element: &MElement) -> String {
        let mut text = String::new();
        encode(element, &mut text).unwrap();
        text
    }

    proptest! {
        #[test]
        fn serde_json_reads_the_same(
            name in any::<String>(),
            pairs in vec((any::<String>(), any::<String>()), 0..4),
            bits in any::<u64>(),
            at in any::<i64>(),
            start in any::<Option<i64>>(),
        ) {
            let value = f64::from_bits(bits);
            let at = Timestamp::from_nanos(at);
            let tags: Tags = pairs.clone().into_iter().collect();
            let element = MElement { start: start.map(Timestamp::from_nanos), ..MElement::new(&*name, value, tags, at) };
            if !value.is_finite() {
                let mut text = String::new();
                prop_assert!(encode(&element, &mut text).is_err());
                return Ok(());
            }
            let text = line(&element);
            prop_assert_eq!(text.chars().filter(|c| c.is_control()).collect::<String>(), "\n");
            prop_assert_eq!(text.lines().count(), 1);

            let read: Map<String, Value> = serde_json::from_str(&text).unwrap();
            let tags: Map<String, Value> = pairs.into_iter().map(|(name, value)| (name, json!(value))).collect();
            prop_assert_eq!(&read["name"], &json!(name));
            prop_assert_eq!(read["value"].as_f64().unwrap().to_bits(), bits);
            prop_assert_eq!(&read["tags"], &Value::Object(tags));
            prop_assert_eq!(&read["at"], &json!(at.to_string()));
            prop_assert_eq!(read.get("start").cloned(), element.start.map(|start| json!(start.to_string())));
            prop_assert_eq!(read.get("end").cloned(), element.start.map(|_| json!(at.to_string())));
        }
    }

    #[test]
    fn what_could_be_taken_for_a_line_break_is_escaped() {
        let element = MElement::new("a\u{85}b\u{2028}c\u{7f}\u{1b}\"\\/\n", 1.0, Tags::NONE, Timestamp::EPOCH);
        let expected =
            r#"{"name":"a\u0085b\u2028c\u007f\u001b\"\\/\n","value":1,"tags":{},"at":"1970-01-01T00:00:00Z"}"#;
        assert_eq!(line(&element), format!("{expected}\n"));
    }
}
