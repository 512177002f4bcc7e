//! [`Problem`]: something that is wrong with a configuration.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use crate::printable::printable;

/// What is wrong, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    file: String,
    /// Line and column, in characters from 1; `None` if it is the file as a whole.
    place: Option<(usize, usize)>,
    message: String,
}

impl Problem {
    /// One of a file as a whole.
    pub(super) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), place: None, message: message.into() }
    }
}

/// One line, whatever the texts are that it tells of.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, place, message } = self;
        let (file, message) = (printable(file), printable(message));
        match place {
            Some((line, column)) => write!(f, "{file}:{line}:{column}: {message}"),
            None => write!(f, "{file}: {message}"),
        }
    }
}

/// The proof that a problem has been reported, in the place of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported(());

/// A value, unless there is none because of a problem.
pub(super) type Read<T> = Result<T, Reported>;

/// All problems of a configuration, while it is read.
#[derive(Debug, Default)]
pub(super) struct Problems(RefCell<Vec<Found>>);

#[derive(Debug)]
struct Found {
    at: usize,
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Syntax,
    Wrong,
    Missing,
}

impl Problems {
    /// The text can't be read as TOML at this byte.
    pub(super) fn syntax(&self, at: usize, message: impl Into<String>) -> Reported {
        self.add(at, Kind::Syntax, message.into())
    }

    /// What stands at this byte is wrong.
    pub(super) fn wrong(&self, at: usize, message: impl Into<String>) -> Reported {
        self.add(at, Kind::Wrong, message.into())
    }

    /// What stands at this byte lacks something.
    pub(super) fn missing(&self, at: usize, message: impl Into<String>) -> Reported {
        self.add(at, Kind::Missing, message.into())
    }

    /// All of them in the order of their places, each once.
    ///
    /// Where a line can't be read, that is all that is said of it; and nothing is said to be missing that may stand there.
    pub(super) fn of(self, file: &str, text: &str) -> Vec<Problem> {
        let mut found = self.0.into_inner();
        found.sort_by_key(|found| found.at);
        let (mut at, mut line, mut column) = (0, 1, 1);
        let mut seen = HashSet::new();
        let mut broken = HashSet::new();
        let mut problems = Vec::new();
        for Found { at: next, kind, message } in found {
            for char in text.get(at..next).unwrap_or_default().chars() {
                (line, column) = if char == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
            at = next;
            let is_new = match kind {
                Kind::Syntax => broken.insert(line),
                Kind::Wrong | Kind::Missing => seen.insert((at, message.clone())),
            };
            if is_new {
                problems.push((kind, line, Problem { file: file.to_owned(), place: Some((line, column)), message }));
            }
        }
        problems.retain(|(kind, line, _)| match kind {
            Kind::Syntax => true,
            Kind::Wrong => !broken.contains(line),
            Kind::Missing => broken.is_empty(),
        });
        problems.into_iter().map(|(_, _, problem)| problem).collect()
    }

    fn add(&self, at: usize, kind: Kind, message: String) -> Reported {
        self.0.borrow_mut().push(Found { at, kind, message });
        Reported(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(problems: Problems, text: &str) -> Vec<String> {
        problems.of("a.toml", text).iter().map(Problem::to_string).collect()
    }

    #[test]
    fn places_are_in_characters_and_in_order() {
        let text = "ä = 1\nöü = 2\n";
        let problems = Problems::default();
        problems.wrong(text.find('2').unwrap(), "later");
        problems.missing(text.find('ü').unwrap(), "earlier\nin one \u{202e}line");
        problems.wrong(text.find('2').unwrap(), "later");
        problems.wrong(text.len(), "at the end");
        let expected = ["a.toml:2:2: earlier\\nin one \\u{202e}line", "a.toml:2:6: later", "a.toml:3:1: at the end"];
        assert_eq!(shown(problems, text), expected);
    }

    #[test]
    fn a_line_that_cannot_be_read_hides_what_follows_from_it() {
        let text = "a = \nb = 1\n";
        let problems = Problems::default();
        problems.missing(0, "no b");
        problems.wrong(0, "wrong a");
        problems.wrong(5, "wrong b");
        problems.syntax(4, "no value");
        problems.syntax(4, "no newline");
        assert_eq!(shown(problems, text), ["a.toml:1:5: no value", "a.toml:2:1: wrong b"]);
    }
}
