//! [`Report`]: `docs/performance.md`, written from what was measured.

use std::fmt::Write;

use crate::case::Who;
use crate::race::Times;
use crate::send::Sent;

/// What is asked for: `who` takes at most so many times as long as `against`.
#[derive(Clone, Copy, Debug)]
struct Target {
    who: Who,
    against: Who,
    at_most: f64,
}

const CHAIN: [Target; 2] = [
    Target { who: Who::Metrix, against: Who::Futures, at_most: 0.6 },
    Target { who: Who::Fused, against: Who::Hand, at_most: 1.15 },
];

const GROUP_BY: [Target; 2] = [
    Target { who: Who::Metrix, against: Who::Hand, at_most: 1.2 },
    Target { who: Who::Metrix, against: Who::TimelyExample, at_most: 0.5 },
];

/// The peers, as `Cargo.lock` names them.
const PEERS: [&str; 15] = [
    "futures",
    "tokio-stream",
    "timely",
    "hashbrown",
    "sketches-ddsketch",
    "metrics",
    "metrics-util",
    "metrics-exporter-prometheus",
    "opentelemetry_sdk",
    "prometheus",
    "prometheus-client",
    "metrique-aggregation",
    "measured",
    "cadence",
    "foldhash",
];

/// All that was measured in one run.
#[derive(Clone, Debug)]
pub struct Report {
    /// How often each contender ran.
    pub rounds: usize,
    /// The chain.
    pub chain: Times,
    /// The windowed group_by-fold, for each number of keys.
    pub group_by: Vec<Times>,
    /// The aggregates of a metric stream, for each number of series.
    pub aggregates: Vec<Times>,
    /// A row each.
    pub operators: Vec<Times>,
    /// What a `send` costs.
    pub send: Sent,
    /// What `statsd_udp` has measured, as the page has it.
    pub statsd_udp: String,
}

impl Report {
    /// The page. It says nothing of when it was made, so that it changes only with what was measured.
    pub fn markdown(&self) -> String {
        let template = include_str!("performance.md");
        let filled = [
            ("{{rounds}}", self.rounds.to_string()),
            ("{{machine}}", machine()),
            ("{{peers}}", peers()),
            ("{{targets}}", self.targets()),
            ("{{chain}}", table(std::slice::from_ref(&self.chain))),
            ("{{group_by}}", table(&self.group_by)),
            ("{{aggregates}}", table(&self.aggregates)),
            ("{{operators}}", table(&self.operators)),
            ("{{send}}", self.send.markdown()),
            ("{{statsd_udp}}", self.statsd_udp.clone()),
        ];
        filled.iter().fold(template.to_owned(), |page, (name, text)| page.replace(name, text))
    }

    /// Whether each target is reached, as table rows.
    fn targets(&self) -> String {
        let chain = CHAIN.iter().map(|target| (&self.chain, target));
        let group_by = self.group_by.iter().flat_map(|times| GROUP_BY.iter().map(move |target| (times, target)));
        let mut rows =
            String::from("| work | who | against | asked | measured | |\n| --- | --- | --- | ---: | ---: | --- |\n");
        for (times, &Target { who, against, at_most }) in chain.chain(group_by) {
            let Some(ratio) = times.ratio(who, against) else { continue };
            let met = if ratio <= at_most { "met" } else { "**missed**" };
            let (name, who, against) = (&times.name, who.name(), against.name());
            let _ = writeln!(rows, "| {name} | {who} | {against} | {at_most:.2} | {ratio:.2} | {met} |");
        }
        rows.trim_end().to_owned()
    }
}

/// Nanoseconds an item of all that took part, and how metrix compares with each of them.
fn table(cases: &[Times]) -> String {
    let here: Vec<Who> = Who::ALL.into_iter().filter(|&who| cases.iter().any(|case| case.of(who).is_some())).collect();
    let others = || here.iter().copied().filter(|&who| who != Who::Metrix);
    let mut rows = String::from("| work |");
    here.iter().for_each(|who| rows += &format!(" {} |", who.name()));
    others().for_each(|who| rows += &format!(" metrix / {} |", who.name()));
    rows += "\n| --- |";
    rows += &" ---: |".repeat(here.len() + here.len() - 1);
    for case in cases {
        rows += &format!("\n| {} |", case.name);
        here.iter().for_each(|&who| rows += &cell(case.of(who)));
        others().for_each(|who| rows += &cell(case.ratio(Who::Metrix, who)));
    }
    rows
}

fn cell(value: Option<f64>) -> String {
    value.map_or(" |".to_owned(), |value| format!(" {value:.2} |"))
}

/// The processor, as far as the system tells.
pub fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    // All of them, also where this process is to keep to one.
    let cores = info.lines().filter(|line| line.starts_with("processor")).count().max(1);
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    format!("{cores} cores{}", model.map_or(String::new(), |(_, model)| format!(" ({model})")))
}

/// The versions that were compared with.
fn peers() -> String {
    let lock = include_str!("../../Cargo.lock");
    let version = |peer: &&str| {
        let entry = lock.split_once(&format!("name = \"{peer}\"\nversion = \""))?.1;
        Some(format!("{peer} {}", entry.split_once('"')?.0))
    };
    PEERS.iter().filter_map(version).collect::<Vec<_>>().join(", ")
}
