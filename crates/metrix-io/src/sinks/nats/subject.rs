//! [`Template`]: the subject of an element.

use std::error::Error;
use std::fmt;

/// A subject in which `{name}` stands for the name of an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template(String);

const NAME: &str = "{name}";

impl Default for Template {
    fn default() -> Self {
        Self("metrix.{name}".to_owned())
    }
}

impl Template {
    pub(super) fn new(text: &str) -> Result<Self, SubjectError> {
        let wrong = |why: &str| {
            SubjectError::new(format!("{text:?} is no subject for elements: {why}, as in \"metrix.{NAME}\""))
        };
        let rest = text.replace(NAME, "n");
        let is_of_token = |char: char| !char.is_whitespace() && !char.is_control() && !"*>{}".contains(char);
        let first = text.split('.').next().unwrap_or_default();
        if rest.split('.').any(str::is_empty) {
            return Err(wrong("a token of it is empty; write words with dots between"));
        }
        if !rest.chars().all(|char| char == '.' || is_of_token(char)) {
            return Err(wrong("leave out spaces, `*`, `>` and all braces but those of {name}"));
        }
        if first.contains(NAME) || first.starts_with(['$', '_']) {
            return Err(wrong("begin it with a word of your own, since others are for NATS itself"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The subject for this name.
    pub(super) fn of(&self, name: &str) -> String {
        self.0.replace(NAME, &tokens(name))
    }

    /// The subjects of all names.
    pub(super) fn filter(&self) -> String {
        let fixed: Vec<&str> = self.0.split('.').take_while(|token| !token.contains(NAME)).collect();
        if fixed.len() == self.0.split('.').count() { self.0.clone() } else { format!("{}.>", fixed.join(".")) }
    }
}

/// The tokens that a name becomes.
fn tokens(name: &str) -> String {
    let clean = |char: char| match char {
        '*' | '>' => '_',
        char if char.is_whitespace() || char.is_control() => '_',
        char => char,
    };
    let token = |token: &str| if token.is_empty() { "_".to_owned() } else { token.chars().map(clean).collect() };
    name.split('.').map(token).collect::<Vec<String>>().join(".")
}

/// Why no element can go to a subject, or a stream can't be called so.
///
/// ```
/// use metrix_io::{NatsServer, sinks::nats::Nats};
///
/// let error = Nats::new(NatsServer::new("nats://127.0.0.1")?).create_stream("a.b").unwrap_err();
/// assert!(error.to_string().starts_with("no stream can be called \"a.b\""));
/// # Ok::<(), metrix_io::AddressError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubjectError {
    message: String,
}

impl SubjectError {
    pub(super) fn new(message: String) -> Self {
        Self { message }
    }
}

impl fmt::Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for SubjectError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    #[test]
    fn names_become_tokens() {
        let template = Template::new("shop.{name}.v1").unwrap();
        for (name, expected) in [
            ("requests.count", "shop.requests.count.v1"),
            ("", "shop._.v1"),
            (".a..b.", "shop._.a._.b._.v1"),
            ("a b\t*\n>\u{a0}", "shop.a_b_____.v1"),
            ("größe/日本", "shop.größe/日本.v1"),
            ("$JS.API", "shop.$JS.API.v1"),
            ("{name}", "shop.{name}.v1"),
        ] {
            assert_eq!(template.of(name), expected, "{name:?}");
        }
    }

    #[test]
    fn what_is_no_subject_is_told() {
        for text in [
            "",
            "a.",
            ".a",
            "a..b",
            "a b",
            "a.*",
            "a.>",
            "a.{tag}",
            "{name}",
            "x{name}.a",
            "$JS.{name}",
            "_INBOX.{name}",
        ] {
            let error = Template::new(text).unwrap_err().to_string();
            assert!(error.ends_with("as in \"metrix.{name}\""), "{error}");
        }
    }

    #[test]
    fn a_stream_takes_all_its_subjects() {
        for (text, filter) in [("a.{name}", "a.>"), ("a.b.x{name}.c", "a.b.>"), ("a.b", "a.b")] {
            assert_eq!(Template::new(text).unwrap().filter(), filter);
        }
    }

    proptest! {
        #[test]
        fn any_name_makes_a_subject(name in any::<String>()) {
            let subject = Template::default().of(&name);
            let is_token = |token: &str| {
                !token.is_empty() && token.chars().all(|char| !char.is_whitespace() && !char.is_control() && !"*>".contains(char))
            };
            prop_assert!(subject.starts_with("metrix.") && subject.split('.').all(is_token), "{}", subject);
        }
    }
}
