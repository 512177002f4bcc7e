//! The program `metrix`: metrics from this machine, from StatsD clients and from files of lines; aggregated, shown and kept.
#![forbid(unsafe_code)]

mod args;
mod check;
mod config;
mod exit;
mod graph;
mod output;
mod place;
mod printable;
mod query;
mod run;
mod shell;
mod stdout;
mod store;
mod view;

use std::process::ExitCode;

use clap::Parser;

use self::args::{Args, Command};
use self::exit::Exit;

fn main() -> ExitCode {
    let exit: Exit = match Args::parse().command {
        Command::Run(args) => run::run(&args),
        Command::Check { config } => check::check(&config),
        Command::Schema { built_in } => {
            let schema = if built_in { config::BUILT_IN.to_owned() } else { config::schema() };
            stdout::print(schema.as_bytes())
        }
        Command::Graph(args) => graph::run(&args),
        Command::Query(args) => query::run(&args),
        Command::Completions { shell } => shell::completions(shell),
        Command::Man => shell::man(),
    };
    exit.into()
}
