//! Runs all contenders against each other, prints the tables, and writes `docs/performance.md` and its chart anew.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;

use benches::race::{Times, race};
use benches::report::Report;
use benches::{Case, chain, chart, group_by, operators};

const ROUNDS: usize = 31;

fn main() -> std::io::Result<()> {
    let report = Report {
        rounds: ROUNDS,
        chain: measure(&chain::case()),
        group_by: group_by::KEYS.into_iter().map(|keys| measure(&group_by::case(keys))).collect(),
        operators: operators::cases().iter().map(measure).collect(),
    };
    let page = report.markdown();
    println!("{page}");

    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("performance.md"), page)?;
    let charted: Vec<Times> = std::iter::once(report.chain).chain(report.group_by).collect();
    std::fs::write(docs.join("performance.svg"), chart::bars(&charted))
}

fn measure(case: &Case) -> Times {
    eprintln!("{} ...", case.name);
    race(case, ROUNDS)
}
