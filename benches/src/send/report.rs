//! [`Sent`]: what the page says of sending, as tables and charts.

use std::error::Error;
use std::fmt::Write;

use super::load::{Setup, Sharing};
use super::many::Many;
use super::python::Python;
use super::race::{BY_SERIES, BY_TAGS, COLUMNS, Entrant, FOLLOWED, Races, Results};
use super::targets::{Target, entrant, targets};
use super::{Form, hand, metrix, rows};
use crate::lines::{Line, Panel, panels};

/// All that was measured of sending.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What a `send` costs.
    pub races: Results,
    /// What is asked of many series.
    pub many: Many,
    /// The Python library, where it is installed.
    pub python: Vec<Python>,
}

impl Sent {
    /// Measures all of it; `told` hears of each part before.
    ///
    /// # Errors
    /// If a program can't be run that measures a part.
    pub fn measure(rounds: usize, mut told: impl FnMut(&str)) -> Result<Self, Box<dyn Error>> {
        let races = Races::all().run(rounds, &mut told);
        told("memory, and the end of windows");
        let many = Many::measure()?;
        told("Python metrix");
        Ok(Self { races, many, python: Python::all()? })
    }

    /// The section of the page.
    pub fn markdown(&self) -> String {
        let races = &self.races;
        let filled = [
            ("{{send_targets}}", self.targets()),
            ("{{send_columns}}", races.columns()),
            ("{{send_series}}", races.by_series()),
            ("{{send_many}}", self.many.markdown()),
            ("{{send_tags}}", races.by_tags()),
        ];
        let template = include_str!("report.md").trim_end().to_owned();
        filled.iter().fold(template, |page, (name, text)| page.replace(name, text))
    }

    /// Whether each target is reached, as table rows.
    fn targets(&self) -> String {
        let rows = targets(self).iter().map(Target::row).collect::<Vec<_>>();
        format!("{}\n{}", Target::HEAD, rows.join("\n"))
    }
}

impl Results {
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
    use crate::send::{Closing, Memory, Pause, Pauses, Race};

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

    fn sent() -> Sent {
        let pause = Pause { median: 40.0, p999: 80.0, p9999: 90.0, worst: 5000.0 };
        let many = Many {
            memory: Memory { each_call: 180.0, bound: 260.0 },
            closing: Closing { first: 20.0, all: 51.0, by_hand: 10.0 },
            pauses: Pauses { between: pause, meanwhile: pause },
        };
        let python = vec![Python { streamz: "0.5.6".into(), batches: 1500.0, windows: 100.0 }];
        Sent { races: results(), many, python }
    }

    #[test]
    fn every_target_is_measured() {
        let rows = sent().targets();
        assert_eq!(rows.lines().count(), 2 + 20, "{rows}");
        assert_eq!(rows.matches("not measured").count(), 0, "{rows}");
        let rows_of_one_column = [
            // First of its column against the seventh, and the second less the first.
            "| bound | metrix: five aggregates | hand-written, windows of time | 1.30 | 0.14 | met |",
            "| bound: p99 on top | metrix: five aggregates and p99 | metrix: five aggregates | 4.00 ns more | 1.00 ns more | met |",
        ];
        let others = [
            "| 100 000 series: memory a series beyond its own text | metrix: five aggregates |  | 200 bytes | 180 bytes | met |",
            "| 100 000 series: closing the window, a series | metrix: five aggregates |  | 50 ns | 51 ns | **missed** |",
            "| Python metrix, streamz 0.6.6 | 1/8000 | not installed |  |",
            // The fifth of its column, and the first.
            "| Python metrix, streamz 0.5.6 | 1/300 | 1/300 | met |",
            "| Python metrix, streamz 0.5.6 | 1/300 | 1/100 | **missed** |",
        ];
        for row in rows_of_one_column.iter().chain(&others) {
            assert!(rows.contains(row), "{row}\n{rows}");
        }
    }

    #[test]
    fn nothing_of_the_template_is_left() {
        let page = sent().markdown();
        assert!(!page.contains("{{"), "{page}");
        assert!(page.contains("\n| metrix: five aggregates | 1.0 | 1.0 | 1.0 | 1.0 | 1.0 |\n"), "{page}");
        assert!(page.contains("\n| measured: counter | | "), "{page}");
        assert!(page.contains("\n| closing the window, until all are: ns a series | 51.0 | 10.0 |\n"), "{page}");
        assert!(page.contains("\n| while one is | 40 | 80 | 90 | 5000 |"), "{page}");
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
