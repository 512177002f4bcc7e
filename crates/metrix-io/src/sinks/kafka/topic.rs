//! [`TopicName`]: which topic an element goes to.

use std::collections::HashSet;
use std::num::NonZeroUsize;

use crate::KafkaError;

/// Which topic an element goes to: always the same, or one that is made of its name.
#[derive(Debug)]
pub(super) struct TopicName {
    before: String,
    /// What follows the name, if it is part of the topic.
    after: Option<String>,
    /// Those that have been made of names.
    made: HashSet<Box<str>>,
    most: NonZeroUsize,
}

const NAME: &str = "{name}";

/// Kafka allows no longer ones.
const LONGEST: usize = 249;

impl TopicName {
    pub(super) fn new(topic: &str, most: NonZeroUsize) -> Result<Self, KafkaError> {
        let (before, after) = match topic.split_once(NAME) {
            Some((before, after)) => (before, Some(after)),
            None => (topic, None),
        };
        let is_allowed = |part: &str| part.chars().all(is_allowed);
        let whole = after.is_some() || is_whole(before);
        if !whole || !is_allowed(before) || !after.is_none_or(is_allowed) {
            return Err(KafkaError::new(format!(
                "no topic can be called {topic:?}: use up to {LONGEST} letters, digits and -_., as in metrix, or in metrix.{{name}}"
            )));
        }
        Ok(Self { before: before.to_owned(), after: after.map(str::to_owned), made: HashSet::new(), most })
    }

    /// The topic of elements of this name, or why there can be none.
    pub(super) fn of(&mut self, name: &str) -> Result<String, String> {
        let Some(after) = &self.after else { return Ok(self.before.clone()) };
        let name = name.chars().map(|c| if is_allowed(c) { c } else { '_' });
        let topic: String = self.before.chars().chain(name).chain(after.chars()).collect();
        if !is_whole(&topic) {
            let start: String = topic.chars().take(50).collect();
            return Err(format!("no topic can be called {start:?}, of {} characters", topic.len()));
        }
        if !self.made.contains(topic.as_str()) {
            if self.made.len() >= self.most.get() {
                return Err(format!("the topic {topic:?} would be one more than the {} allowed", self.most));
            }
            self.made.insert(topic.as_str().into());
        }
        Ok(topic)
    }
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

fn is_whole(topic: &str) -> bool {
    !matches!(topic, "" | "." | "..") && topic.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use metrix::size;

    use super::*;

    #[test]
    fn of_names() {
        let mut topic = TopicName::new("a.{name}-b", size(3)).unwrap();
        for (name, expected) in [("x", "a.x-b"), ("é/ x", "a.___x-b"), ("", "a.-b"), ("x", "a.x-b")] {
            assert_eq!(topic.of(name).as_deref(), Ok(expected));
        }
        assert!(topic.of("one more").unwrap_err().contains("one more than the 3 allowed"));
        assert!(TopicName::new("a{name}", size(1)).unwrap().of(&"x".repeat(249)).is_err());
    }

    #[test]
    fn wrong_ones() {
        for topic in ["", ".", "..", "a b", "{nam}", "é", "{name}{name}", &"x".repeat(250)] {
            assert!(TopicName::new(topic, size(1)).is_err(), "{topic:?}");
        }
        let mut topic = TopicName::new("{name}", size(9)).unwrap();
        for name in ["", ".", ".."] {
            assert!(topic.of(name).is_err());
        }
    }
}
