//! [`CoordinatorError`]: why a coordinator could not do what it was asked for.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use metrix_core::IntervalError;

use crate::BuildError;
use crate::nearest::nearest;

/// Why a coordinator could not do what it was asked for. What it does not say itself, its `source` does; one of a stream
/// that can't be built says what that [`BuildError`] says.
///
/// ```
/// use metrix::{CoordinatorError, MCoordinator};
///
/// let error = MCoordinator::builder().start().unwrap_err();
/// assert_eq!(error, CoordinatorError::NoRuntime);
/// assert_eq!(error.to_string(), "there is no tokio runtime here: start the coordinator inside one");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CoordinatorError {
    /// No stream has this name.
    UnknownStream {
        /// What was asked for.
        given: String,
        /// The streams that there are, sorted.
        known: Vec<Arc<str>>,
    },
    /// No sink has this name.
    UnknownSink {
        /// What was asked for.
        given: String,
        /// The sinks that there are, sorted.
        known: Vec<Arc<str>>,
    },
    /// There is a stream of this name already.
    StreamTwice {
        /// The name.
        name: Arc<str>,
    },
    /// There is a sink of this name already.
    SinkTwice {
        /// The name.
        name: Arc<str>,
    },
    /// The name of a sink is empty or has control characters.
    SinkName {
        /// The name.
        name: Arc<str>,
    },
    /// A stream could not be built.
    Build(BuildError),
    /// The own metrics can't be given at such a pace.
    OwnMetrics(IntervalError),
    /// There is no tokio runtime for the coordinator's tasks.
    NoRuntime,
    /// The tokio runtime has no timer, without which no window would ever close.
    NoTimer,
    /// The coordinator has been shut down.
    ShutDown,
}

impl From<BuildError> for CoordinatorError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl fmt::Display for CoordinatorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownStream { given, known } => unknown(f, "stream", given, known),
            Self::UnknownSink { given, known } => unknown(f, "sink", given, known),
            Self::StreamTwice { name } => write!(f, "there is a stream {name:?} already: give this one another name"),
            Self::SinkTwice { name } => write!(f, "there is a sink {name:?} already: give this one another name"),
            Self::SinkName { name } => write!(
                f,
                "a sink can't be called {name:?}: give it a name of one or more characters, none of them control characters"
            ),
            Self::Build(error) => error.fmt(f),
            Self::OwnMetrics(error) => write!(f, "own metrics can't be given at this pace: {error}"),
            Self::NoRuntime => f.write_str("there is no tokio runtime here: start the coordinator inside one"),
            Self::NoTimer => f.write_str("the tokio runtime has no timer: build it with `enable_time` or `enable_all`"),
            Self::ShutDown => f.write_str("the coordinator has been shut down: send before that, or start another"),
        }
    }
}

impl Error for CoordinatorError {}

/// Names what there is not, what may have been meant, and what there is.
fn unknown(f: &mut fmt::Formatter<'_>, kind: &str, given: &str, known: &[Arc<str>]) -> fmt::Result {
    write!(f, "there is no {kind} {given:?}")?;
    if known.is_empty() {
        return write!(f, ", nor any other: add it first");
    }
    if let Some(nearest) = nearest(given, known) {
        write!(f, ": did you mean {nearest:?}?")?;
    }
    let known: Vec<String> = known.iter().map(|name| format!("{name:?}")).collect();
    write!(f, " (known are {})", known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(given: &str, known: &[&str]) -> String {
        let known = known.iter().map(|name| Arc::from(*name)).collect();
        CoordinatorError::UnknownStream { given: given.to_owned(), known }.to_string()
    }

    #[test]
    fn an_unknown_name_leads_to_the_known_ones() {
        let known = ["latency", "words"];
        for (given, expected) in [
            ("wrods", r#"there is no stream "wrods": did you mean "words"? (known are "latency", "words")"#),
            ("LATENCY", r#"there is no stream "LATENCY": did you mean "latency"? (known are "latency", "words")"#),
            ("nope", r#"there is no stream "nope" (known are "latency", "words")"#),
            ("", r#"there is no stream "" (known are "latency", "words")"#),
            ("a\nb", r#"there is no stream "a\nb" (known are "latency", "words")"#),
        ] {
            assert_eq!(message(given, &known), expected);
        }
        assert_eq!(message("words", &[]), r#"there is no stream "words", nor any other: add it first"#);
    }
}
