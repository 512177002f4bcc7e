//! What the page says of the races: tables, targets and charts.

use std::fmt::Write;

use super::load::{Setup, Sharing};
use super::race::{BY_SERIES, BY_TAGS, COLUMNS, Entrant, FOLLOWED, Results};
use super::{Form, hand, metrix, rows};
use crate::lines::{Line, Panel, panels};

/// What is asked for.
struct Target {
    work: &'static str,
    who: Entrant,
    against: Entrant,
    at_most: AtMost,
}

/// A bound.
#[derive(Clone, Copy)]
enum AtMost {
    /// So many times as long.
    Times(f64),
    /// So many nanoseconds longer.
    Nanos(f64),
}

/// A row in the place that a column gives it.
fn entrant(row: &'static str, column: usize) -> Entrant {
    let (_, form, setup) = COLUMNS[column];
    Entrant { row, form, setup }
}

fn targets() -> Vec<Target> {
    let one = |work, column, against, at_most| Target {
        work,
        who: entrant(metrix::FIVE, column),
        against: entrant(against, column),
        at_most: AtMost::Times(at_most),
    };
    let [bound, each, own, shared, both] = [0, 1, 2, 3, 4];
    let mut targets = vec![
        one("bound", bound, hand::TIMED, 1.3),
        one("bound", bound, "`metrics`, Registry: counter", 0.6),
        one("bound", bound, "`metrics`, Registry: histogram", 0.2),
        one("3 tags each call", each, "`metrics`, Registry: counter", 0.25),
        one("3 tags each call", each, "OpenTelemetry: counter", 0.2),
        one("3 tags each call", each, "metrique: sum", 0.35),
        one("2 threads, bound, one shared series", shared, "OpenTelemetry: counter", 0.4),
        one("2 threads, 3 tags each call", both, "`metrics`, Registry: counter", 0.15),
    ];
    let ours = |work, who, column, against, beside, at_most| Target {
        work,
        who: entrant(who, column),
        against: entrant(against, beside),
        at_most,
    };
    targets.extend([
        // 1.55 times as many values a second.
        ours("bound: 2 threads / 1", metrix::FIVE, own, metrix::FIVE, bound, AtMost::Times(1.0 / 1.55)),
        ours("bound: p99 on top", metrix::P99, bound, metrix::FIVE, bound, AtMost::Nanos(4.0)),
        ours("batches of 1000", metrix::BATCHES, bound, hand::BATCHES, bound, AtMost::Times(1.2)),
        ours("batches of 1000: 2 threads / 1", metrix::BATCHES, own, metrix::BATCHES, bound, AtMost::Times(3.0)),
    ]);
    targets
}

impl Results {
    /// The section of the page.
    pub fn markdown(&self) -> String {
        let filled = [
            ("{{send_targets}}", self.targets()),
            ("{{send_columns}}", self.columns()),
            ("{{send_series}}", self.by_series()),
            ("{{send_tags}}", self.by_tags()),
        ];
        let template = include_str!("report.md").trim_end().to_owned();
        filled.iter().fold(template, |page, (name, text)| page.replace(name, text))
    }

    /// Whether each target is reached, as table rows. Only what ran in one race is compared.
    fn targets(&self) -> String {
        let mut found =
            String::from("| work | who | against | asked | measured | |\n| --- | --- | --- | ---: | ---: | --- |\n");
        for Target { work, who, against, at_most } in targets() {
            let races = || self.columns.iter().chain([&self.threads]);
            let (asked, measured, unit) = match at_most {
                AtMost::Times(times) => (times, races().find_map(|race| race.ratio(who, against)), ""),
                AtMost::Nanos(nanos) => (nanos, races().find_map(|race| race.difference(who, against)), " ns more"),
            };
            let Some(measured) = measured else { continue };
            let met = if measured <= asked { "met" } else { "**missed**" };
            let (who, against) = (who.row, against.row);
            let _ = writeln!(found, "| {work} | {who} | {against} | {asked:.2}{unit} | {measured:.2}{unit} | {met} |");
        }
        found.trim_end().to_owned()
    }

    fn columns(&self) -> String {
        let names: Vec<String> = COLUMNS.iter().map(|(name, ..)| (*name).to_owned()).collect();
        let names_of_rows: Vec<&str> = rows().iter().map(|row| row.name).collect();
        table(&names, &names_of_rows, |row, column| self.columns[column].of(entrant(row, column)))
    }

    fn by_series(&self) -> String {
        let of = |form, words| BY_SERIES.map(|series| (format!("{words}, {series}"), form, series));
        let columns = [of(Form::Bound, "bound"), of(Form::EachCall, "3 tags")].concat();
        let names: Vec<String> = columns.iter().map(|(name, ..)| name.clone()).collect();
        table(&names, &FOLLOWED, |row, column| {
            let (_, form, series) = columns[column];
            self.of_series(row, form, series)
        })
    }

    fn of_series(&self, row: &'static str, form: Form, series: usize) -> Option<f64> {
        let place = BY_SERIES.iter().position(|&other| other == series)?;
        self.series[place].of(Entrant { row, form, setup: Setup::one(series) })
    }

    fn by_tags(&self) -> String {
        let names: Vec<String> = BY_TAGS.iter().map(|(tags, _)| format!("{tags} tags")).collect();
        table(&names, &[metrix::FIVE], |row, column| {
            let (tags, series) = BY_TAGS[column];
            self.tags.of(Entrant { row, form: Form::EachCall, setup: Setup { tags, ..Setup::one(series) } })
        })
    }

    /// The cost by the number of series, as SVG.
    pub fn series_chart(&self) -> String {
        let places: Vec<String> = ["1", "100", "10 000", "100 000"].map(String::from).into();
        let panel = |title: &str, form| Panel {
            title: title.to_owned(),
            places: places.clone(),
            lines: lines(|row| BY_SERIES.map(|series| self.of_series(row, form, series)).to_vec()),
        };
        let drawn = [panel("bound, by series", Form::Bound), panel("3 tags each call, by series", Form::EachCall)];
        panels("Nanoseconds a value, by the number of series", &drawn)
    }

    /// The cost by the number of threads, as SVG.
    pub fn threads_chart(&self) -> String {
        let panel = |title: &str, form, sharing| {
            let setups = [Setup::one(COLUMNS[0].2.series), Setup::two(COLUMNS[0].2.series, sharing)];
            let of = |row| setups.map(|setup| self.threads.of(Entrant { row, form, setup })).to_vec();
            Panel { title: title.to_owned(), places: ["1", "2"].map(String::from).into(), lines: lines(of) }
        };
        let bound = panel("bound, own series, by threads", Form::Bound, Sharing::Own);
        let each_call = panel("3 tags, the same series, by threads", Form::EachCall, Sharing::Shared);
        panels("Nanoseconds a value, by the number of threads", &[bound, each_call])
    }
}

/// The rows that are followed, as lines.
fn lines(of: impl Fn(&'static str) -> Vec<Option<f64>>) -> Vec<Line> {
    let class = |row| match row {
        metrix::FIVE => "ours",
        hand::TIMED => "floor",
        _ => "other",
    };
    let label = |row: &str| row.replace('`', "").replace(": five aggregates", "").replace(", windows of time", "");
    FOLLOWED.iter().map(|&row| Line { label: label(row), class: class(row), points: of(row) }).collect()
}

/// A table of nanoseconds, with an empty cell where a row has none.
fn table(columns: &[String], rows: &[&'static str], of: impl Fn(&'static str, usize) -> Option<f64>) -> String {
    let mut table = format!(
        "| |{}\n| --- |{}",
        columns.iter().map(|name| format!(" {name} |")).collect::<String>(),
        " ---: |".repeat(columns.len())
    );
    for &row in rows {
        let cell = |column| of(row, column).map_or(" |".to_owned(), |nanos| format!(" {nanos:.1} |"));
        let _ = write!(table, "\n| {row} |{}", (0..columns.len()).map(cell).collect::<String>());
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::turns;
    use crate::send::{Race, Races};

    /// Races in which each entrant takes as many nanoseconds as its place says.
    fn results() -> Results {
        let raced = |race: &Race| {
            let entrants: Vec<Entrant> = race.entrants().iter().map(|(entrant, _)| *entrant).collect();
            turns(&race.name, &entrants, 3, |place| 1.0 + place as f64)
        };
        let Races { columns, series, threads, tags } = Races::all();
        Results {
            columns: columns.iter().map(raced).collect(),
            series: series.iter().map(raced).collect(),
            threads: raced(&threads),
            tags: raced(&tags),
        }
    }

    #[test]
    fn every_target_is_measured() {
        let rows = results().targets();
        assert_eq!(rows.lines().count(), 2 + targets().len(), "{rows}");
        // First of its column against the seventh, and the second less the first.
        assert!(
            rows.contains("| bound | metrix: five aggregates | hand-written, windows of time | 1.30 | 0.14 | met |"),
            "{rows}"
        );
        assert!(rows.contains("| 4.00 ns more | 1.00 ns more | met |"), "{rows}");
    }

    #[test]
    fn nothing_of_the_template_is_left() {
        let page = results().markdown();
        assert!(!page.contains("{{"), "{page}");
        assert!(page.contains("\n| metrix: five aggregates | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 |\n"), "{page}");
        assert!(page.contains("\n| measured: counter | | "), "{page}");
    }

    #[test]
    fn every_row_that_is_followed_is_drawn() {
        let results = results();
        // Not all rows have a bound form.
        let lines = |chart: &str| chart.matches("class=\"line ").count();
        let bound = rows().iter().filter(|row| FOLLOWED.contains(&row.name) && row.bound.is_some()).count();
        assert_eq!(lines(&results.series_chart()), FOLLOWED.len() + bound);
        assert_eq!(lines(&results.threads_chart()), FOLLOWED.len() + bound);
    }
}
