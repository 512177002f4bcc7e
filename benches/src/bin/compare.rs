//! Runs all contenders against each other, prints the tables, and writes `docs/performance.md`, but for the section of `statsd_udp`, and its
//! charts anew.
//!
//! `cargo compare 5` does so in 5 rounds, for a first look. `cargo compare send`, with a number of rounds or without,
//! prints only what a `send` costs, `cargo compare many` only what else is asked of 100 000 series; both write nothing.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;

use benches::page::{STATSD_UDP, section};
use benches::race::{Times, race};
use benches::report::Report;
use benches::send::{Many, Sent};
use benches::{Case, aggregates, chain, chart, group_by, operators};

const ROUNDS: usize = 31;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    if args == ["many"] {
        println!("{}", Many::measure()?.markdown());
        return Ok(());
    }
    let send_alone = args.first().is_some_and(|arg| arg == "send");
    if send_alone {
        args.remove(0);
    }
    let rounds = match &args[..] {
        [] => ROUNDS,
        [rounds] => {
            rounds.parse::<std::num::NonZeroUsize>().map_err(|_| format!("`{rounds}` is no number of rounds"))?.get()
        }
        [_, more, ..] => {
            return Err(format!("`{more}` is too much: compare takes `many`, or `send` and a number of rounds").into());
        }
    };
    if send_alone {
        println!("{}", send(rounds)?.markdown());
        return Ok(());
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    // Another program writes that section.
    let known = std::fs::read_to_string(docs.join("performance.md"))?;
    let report = Report {
        statsd_udp: section(&known, STATSD_UDP)
            .ok_or("docs/performance.md lacks the section on StatsD over UDP")?
            .to_owned(),
        rounds,
        chain: measure(&chain::case(), rounds),
        group_by: group_by::KEYS.into_iter().map(|keys| measure(&group_by::case(keys), rounds)).collect(),
        aggregates: aggregates::cases().iter().map(|case| measure(case, rounds)).collect(),
        operators: operators::cases().iter().map(|case| measure(case, rounds)).collect(),
        send: send(rounds)?,
    };
    let page = report.markdown();
    println!("{page}");

    std::fs::write(docs.join("performance.md"), page)?;
    std::fs::write(docs.join("performance-series.svg"), report.send.races.series_chart())?;
    std::fs::write(docs.join("performance-threads.svg"), report.send.races.threads_chart())?;
    let charted: Vec<Times> = std::iter::once(report.chain).chain(report.group_by).collect();
    std::fs::write(docs.join("performance.svg"), chart::bars(&charted))?;
    Ok(())
}

fn measure(case: &Case, rounds: usize) -> Times {
    eprintln!("{} ...", case.name);
    race(case, rounds)
}

fn send(rounds: usize) -> Result<Sent, Box<dyn std::error::Error>> {
    Sent::measure(rounds, |name| eprintln!("send: {name} ..."))
}
