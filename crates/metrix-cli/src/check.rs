//! [`check`]: `metrix check`.

use std::path::Path;

use crate::config::{self, Config, Problem};
use crate::exit::Exit;
use crate::stdout::{print, say};

/// Says all that is wrong with a configuration, or that nothing is.
pub(crate) fn check(path: &Path) -> Exit {
    match config::load(path) {
        Ok(Config { sources, streams, sinks, warnings, hints, own_metrics: _ }) => {
            warnings.iter().chain(&hints).for_each(say);
            let parts = [
                counted(sources.len() as u64, "source"),
                counted(streams.len() as u64, "stream"),
                counted(sinks.len() as u64, "sink"),
            ];
            print(format!("{}: ok: {}\n", config::file_name(path), parts.join(", ")).as_bytes())
        }
        Err(problems) => say_problems(&problems),
    }
}

/// Says all problems and how many there are, as every command does that has a configuration.
pub(crate) fn say_problems(problems: &[Problem]) -> Exit {
    for problem in problems {
        say(problem);
    }
    say(counted(problems.len() as u64, "problem"));
    Exit::Wrong
}

/// As many of what, in the singular or plural.
pub(crate) fn counted(n: u64, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}
