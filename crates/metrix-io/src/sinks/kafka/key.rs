//! [`key`]: a series as the key of its messages.

use metrix::{MElement, Tags};

/// The name and the tags of an element, so that no two series have the same key.
pub(super) fn key(element: &MElement) -> String {
    let mut text = String::new();
    escaped(&element.name, &mut text);
    tags(&element.tags, &mut text);
    text
}

fn tags(tags: &Tags, text: &mut String) {
    for (name, value) in tags.iter() {
        text.push(';');
        escaped(name, text);
        text.push('=');
        escaped(value, text);
    }
}

fn escaped(part: &str, text: &mut String) {
    for c in part.chars() {
        if matches!(c, '\\' | ';' | '=') {
            text.push('\\');
        }
        text.push(c);
    }
}

#[cfg(test)]
mod tests {
    use metrix::{Timestamp, tags};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn a_series() {
        let element = MElement::new("a;b", 1.0, tags! { "zone" => "x=y", "host" => "" }, Timestamp::EPOCH);
        assert_eq!(key(&element), r"a\;b;host=;zone=x\=y");
    }

    proptest! {
        #[test]
        fn keys_are_equal_where_series_are(
            one in (r"[a;=\\]{0,4}", r"[a;=\\]{0,3}", r"[a;=\\]{0,3}", any::<bool>()),
            other in (r"[a;=\\]{0,4}", r"[a;=\\]{0,3}", r"[a;=\\]{0,3}", any::<bool>()),
        ) {
            let of = |(name, tag, value, tagged): (String, String, String, bool)| {
                let tags: Tags = tagged.then_some((&*tag, &*value)).into_iter().collect();
                MElement::new(&*name, 1.0, tags, Timestamp::EPOCH)
            };
            let (one, other) = (of(one), of(other));
            prop_assert_eq!(key(&one) == key(&other), one == other);
        }
    }
}
