//! Tags as they stand in the file.

use std::collections::BTreeMap;

use metrix::Tags;

/// A JSON object, in the order of the names; so equal sets have equal texts.
pub(super) fn to_json(tags: &Tags) -> String {
    let object: BTreeMap<&str, &str> = tags.iter().collect();
    serde_json::to_string(&object).expect("texts by texts have a form in JSON, and a string takes all text")
}

/// The set, or nothing if the text is no such object.
pub(super) fn from_json(text: &str) -> Option<Tags> {
    let object: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
    Some(object.into())
}

#[cfg(test)]
mod tests {
    use metrix::tags;
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn it_is_json_for_other_programs() {
        assert_eq!(to_json(&tags! { "method" => "GET", "a\"b" => "\n" }), r#"{"a\"b":"\n","method":"GET"}"#);
        assert_eq!(to_json(&Tags::NONE), "{}");
    }

    #[test]
    fn what_is_no_set_of_tags_is_refused() {
        for text in ["", "[]", "{", r#"{"a":1}"#, "null"] {
            assert_eq!(from_json(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn it_reads_back(pairs in vec((any::<String>(), any::<String>()), 0..5)) {
            let tags = Tags::from(pairs);
            prop_assert_eq!(from_json(&to_json(&tags)), Some(tags));
        }
    }
}
