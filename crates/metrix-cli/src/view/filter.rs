//! [`Filter`]: which series are shown.

use super::series::Series;

/// Longer than this it is not.
const MOST: usize = 100;

/// A text that a name or its tags have to contain, in upper or lower case; `*` in it stands for any characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    text: String,
    /// In lower case.
    wanted: String,
}

impl Filter {
    pub(super) fn push(&mut self, c: char) {
        if self.text.len() < MOST && !c.is_control() {
            self.text.push(c);
            self.wanted = self.text.to_lowercase();
        }
    }

    pub(super) fn pop(&mut self) {
        self.text.pop();
        self.wanted = self.text.to_lowercase();
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it is to be shown. A space stands between name and tags, so that a text can ask for both.
    pub(super) fn accepts(&self, series: &Series) -> bool {
        self.is_empty() || self.is_in(&format!("{} {}", series.name, series.tags).to_lowercase())
    }

    /// The parts between the stars have to be there one after the other.
    fn is_in(&self, text: &str) -> bool {
        let mut rest = text;
        self.wanted.split('*').all(|part| {
            let found = rest.find(part);
            rest = found.map_or("", |place| &rest[place + part.len()..]);
            found.is_some()
        })
    }
}

#[cfg(test)]
mod tests {
    use metrix::{MElement, Timestamp, tags};

    use super::*;

    fn filter(text: &str) -> Filter {
        let mut filter = Filter::default();
        text.chars().for_each(|c| filter.push(c));
        filter
    }

    #[test]
    fn text_and_stars() {
        let element = MElement::new("cpu.Usage.mean", 1.0, tags! { "core" => 10, "É" => "x" }, Timestamp::EPOCH);
        let series = Series::of(&element);
        for (text, expected) in [
            ("", true),
            ("usage", true),
            ("CPU.*", true),
            ("cpu*mean", true),
            ("cpu*core=1", true),
            ("mean core", true),
            ("é=x", true),
            ("*", true),
            ("mean*cpu", false),
            ("usage.max", false),
            ("usage*usage", false),
        ] {
            assert_eq!(filter(text).accepts(&series), expected, "{text}");
        }
    }

    #[test]
    fn it_is_written_character_by_character() {
        let mut text = filter("aé\u{1b}\n");
        assert_eq!(text.text(), "aé");
        text.pop();
        assert_eq!(text, filter("a"));
        text.pop();
        text.pop();
        assert_eq!(text, Filter::default());
        assert_eq!(filter(&"é".repeat(1000)).text().len(), 100);
    }
}
