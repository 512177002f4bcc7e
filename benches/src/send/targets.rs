//! What is asked for, and whether it is reached.

use super::race::{COLUMNS, Entrant, Results};
use super::report::Sent;
use super::{hand, metrix};

/// A row of the table.
pub(super) struct Target {
    work: String,
    who: &'static str,
    against: String,
    asked: String,
    /// What was measured, and whether that is as asked; or why nothing was.
    found: Result<(String, bool), &'static str>,
}

impl Target {
    pub(super) const HEAD: &str =
        "| work | who | against | asked | measured | |\n| --- | --- | --- | ---: | ---: | --- |";

    pub(super) fn row(&self) -> String {
        let Self { work, who, against, asked, found } = self;
        let (measured, met) = match found {
            Ok((measured, true)) => (&**measured, "met"),
            Ok((measured, false)) => (&**measured, "**missed**"),
            Err(reason) => (*reason, ""),
        };
        format!("| {work} | {who} | {against} | {asked} | {measured} | {met} |")
    }
}

/// All of them, in the order of the table.
pub(super) fn targets(sent: &Sent) -> Vec<Target> {
    let mut targets = of_races(&sent.races);
    targets.extend(of_many(sent));
    targets.extend(of_python(sent));
    targets
}

/// A row in the place that a column gives it.
pub(super) fn entrant(row: &'static str, column: usize) -> Entrant {
    let (_, form, setup) = COLUMNS[column];
    Entrant { row, form, setup }
}

/// A bound.
#[derive(Clone, Copy)]
enum AtMost {
    /// So many times as long.
    Times(f64),
    /// So many nanoseconds longer.
    Nanos(f64),
}

fn of_races(races: &Results) -> Vec<Target> {
    let [bound, each, own, shared, both] = [0, 1, 2, 3, 4];
    let target = |work: &str, who: Entrant, against: Entrant, at_most| {
        let all = || races.columns.iter().chain([&races.threads]);
        let (asked, measured, unit) = match at_most {
            AtMost::Times(times) => (times, all().find_map(|race| race.ratio(who, against)), ""),
            AtMost::Nanos(nanos) => (nanos, all().find_map(|race| race.difference(who, against)), " ns more"),
        };
        let found = measured.ok_or("not measured").map(|found| (format!("{found:.2}{unit}"), found <= asked));
        let asked = format!("{asked:.2}{unit}");
        Target { work: work.to_owned(), who: who.row, against: against.row.to_owned(), asked, found }
    };
    let one = |work, who, column, against, times| {
        target(work, entrant(who, column), entrant(against, column), AtMost::Times(times))
    };
    let ours = |work, who, column, against, beside, at_most| {
        target(work, entrant(who, column), entrant(against, beside), at_most)
    };
    vec![
        one("bound", metrix::FIVE, bound, hand::TIMED, 1.3),
        one("bound", metrix::FIVE, bound, "`metrics`, Registry: counter", 0.6),
        one("bound", metrix::FIVE, bound, "`metrics`, Registry: histogram", 0.2),
        one("3 names declared, values each call", metrix::FAMILY, each, "prometheus: counter", 0.65),
        one("3 names declared, values each call", metrix::FAMILY, each, "prometheus: histogram", 0.5),
        one("3 tags each call", metrix::FIVE, each, "`metrics`, Registry: counter", 0.25),
        one("3 tags each call", metrix::FIVE, each, "OpenTelemetry: counter", 0.2),
        one("3 tags each call", metrix::FIVE, each, "metrique: sum", 0.35),
        one("2 threads, bound, one shared series", metrix::FIVE, shared, "OpenTelemetry: counter", 0.4),
        one("2 threads, 3 tags each call", metrix::FIVE, both, "`metrics`, Registry: counter", 0.15),
        // 1.55 times as many values a second.
        ours("bound: 2 threads / 1", metrix::FIVE, own, metrix::FIVE, bound, AtMost::Times(1.0 / 1.55)),
        ours("bound: p99 on top", metrix::P99, bound, metrix::FIVE, bound, AtMost::Nanos(4.0)),
        ours("batches of 1000", metrix::BATCHES, bound, hand::BATCHES, bound, AtMost::Times(1.2)),
        ours("batches of 1000: 2 threads / 1", metrix::BATCHES, own, metrix::BATCHES, bound, AtMost::Times(3.0)),
    ]
}

fn of_many(sent: &Sent) -> [Target; 2] {
    let target = |work: &str, at_most: f64, found: f64, unit| Target {
        work: format!("100 000 series: {work}"),
        who: metrix::FIVE,
        against: String::new(),
        asked: format!("{at_most:.0} {unit}"),
        found: Ok((format!("{found:.0} {unit}"), found <= at_most)),
    };
    [
        target("memory a series beyond its own text", 200.0, sent.many.memory.each_call, "bytes"),
        target("closing the window, a series", 50.0, sent.many.closing.all, "ns"),
    ]
}

/// Both ways of grouping, for each version of streamz. What the interpreters do is no part of a race.
fn of_python(sent: &Sent) -> Vec<Target> {
    let mut targets = Vec::new();
    for (streamz, times) in [("0.6.6", 8000.0), ("0.5.6", 300.0)] {
        let python = sent.python.iter().find(|python| python.streamz == streamz);
        let groupings = [
            ("batches of 1000", metrix::BATCHES, python.map(|python| python.batches)),
            ("windows of 10 ms", metrix::FIVE, python.map(|python| python.windows)),
        ];
        targets.extend(groupings.map(|(grouping, who, theirs)| {
            let ours = sent.races.columns[1].of(entrant(who, 1));
            let ratio = theirs.ok_or("not installed").and_then(|theirs| Ok(theirs / ours.ok_or("not measured")?));
            Target {
                work: format!("3 tags each call, {grouping}"),
                who,
                against: format!("Python metrix, streamz {streamz}"),
                asked: format!("1/{times:.0}"),
                found: ratio.map(|ratio| (format!("1/{ratio:.0}"), ratio >= times)),
            }
        }));
    }
    targets
}
