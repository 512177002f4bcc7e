//! [`Args`]: the command line.

mod graph;
mod query;
mod run;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::graph::{GraphArgs, GraphFormat};
pub(crate) use self::query::{QueryArgs, QueryFormat, TagArg};
pub(crate) use self::run::RunArgs;

/// Metrics as streams: measurements go in, few aggregated ones come out.
///
/// Exit codes: 0 all went well; 1 something failed: an input, a port or a sink could not be opened, an input could not be
/// read to its end, or a sink gave elements up; 2 what was asked for is wrong: an argument, a configuration, or with
/// --strict a line of input; 129, 130 and 143 if SIGHUP, SIGINT or SIGTERM came before the inputs had ended, where all of
/// them end by themselves.
///
/// What a run tells at its end, and is no failure: lines that are wrong or skipped; readings that are late, that no stream
/// takes, or that a stream refuses; elements that an overflow of drop_oldest or drop_newest has dropped; datagrams that the
/// system has dropped.
///
/// The first of these signals ends a run within 30 seconds, with all that was read; a second one, such as another Ctrl-C, ends it
/// at once.
#[derive(Debug, Parser)]
#[command(name = "metrix", version, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Takes measurements in, and gives aggregated ones out, as a configuration says; without one, those of this machine
    /// and of StatsD clients.
    Run(RunArgs),
    /// Says all that is wrong with a configuration, and runs nothing.
    Check {
        /// The configuration, a TOML file; `-` for the standard input.
        config: PathBuf,
    },
    /// Prints a configuration that has every key, with comments.
    Schema {
        /// Prints what `metrix run` does without a configuration instead.
        #[arg(long)]
        built_in: bool,
    },
    /// Draws the network of a configuration: sources, streams with their stages, and sinks.
    Graph(GraphArgs),
    /// Reads back what is in the store. The exit code is 1 if nothing is found.
    Query(QueryArgs),
    /// Prints completions for a shell.
    Completions { shell: Shell },
    /// Prints the manual page.
    Man,
}
