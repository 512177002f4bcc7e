//! [`with_causes`]: what an error says, with its causes.

use std::error::Error;
use std::iter::successors;

/// What an error says, and after it what its causes say, each after a colon.
pub(crate) fn with_causes(error: &(dyn Error + 'static)) -> String {
    all(Some(error))
}

/// The same of its causes alone; empty if it has none.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    all(error.source())
}

fn all(first: Option<&(dyn Error + 'static)>) -> String {
    let mut texts: Vec<String> = Vec::new();
    for error in successors(first, |&error| error.source()) {
        let text = error.to_string();
        // Many errors say what their cause says.
        if !texts.iter().any(|said| said.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use metrix::WriteError;

    use super::*;

    #[test]
    fn nothing_is_said_twice() {
        let error = WriteError::refused("no tags");
        assert_eq!((with_causes(&error), causes(&error)), ("refused: no tags".to_owned(), "no tags".to_owned()));
        let error = WriteError::refused("refused");
        assert_eq!(with_causes(&error), "refused");
        assert_eq!(causes(&std::fmt::Error), "");
    }
}
