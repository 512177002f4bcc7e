//! What a `send` costs, beside what others ask for a value, and beside loops written by hand.
//!
//! Each contestant is a file with its rows: who it is, what its loop does, and what that leaves out. A new one is a file
//! and two lines here.

mod cadence;
mod contestant;
mod hand;
mod load;
mod many;
mod meanwhile;
mod measured;
mod metrics;
mod metrics_prometheus;
mod metrique;
mod metrix;
mod opentelemetry;
mod prometheus;
mod prometheus_client;
mod python;
mod race;
mod report;
mod targets;

pub use contestant::{Contestant, Make};
pub use load::{Item, Load, Setup, Sharing};
pub use many::{Closing, Many, Memory};
pub use meanwhile::{Pause, Pauses};
pub use python::Python;
pub use race::{Entrant, Race, Races, Results};
pub use report::Sent;

/// A row of the tables: the same work, for whom it has such forms.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// How tables call it.
    pub name: &'static str,
    /// With a handle of each series that was made once.
    pub bound: Option<Make>,
    /// With the tags of the series in each call.
    pub each_call: Option<Make>,
}

/// Whether the series is known before the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// There is a handle of the series.
    Bound,
    /// Each call has the tags.
    EachCall,
}

impl Row {
    /// What builds the contestant, where there is this form.
    pub fn make(&self, form: Form) -> Option<Make> {
        match form {
            Form::Bound => self.bound,
            Form::EachCall => self.each_call,
        }
    }
}

/// All rows, in the order of the tables.
pub fn rows() -> Vec<Row> {
    let mut rows = metrix::ROWS.to_vec();
    rows.extend(hand::ROWS);
    rows.extend(metrics::ROWS);
    rows.extend(metrics_prometheus::ROWS);
    rows.extend(opentelemetry::ROWS);
    rows.extend(prometheus::ROWS);
    rows.extend(prometheus_client::ROWS);
    rows.extend(metrique::ROWS);
    rows.extend(measured::ROWS);
    rows.extend(cadence::ROWS);
    rows
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn every_contestant_counts_what_it_is_sent() {
        let races = Races::all();
        for (entrant, make) in races.columns.iter().chain([&races.tags]).flat_map(Race::entrants) {
            let load = Arc::new(Load::new(entrant.setup));
            // A contestant that has lost a value panics.
            let took = make(&load).run(&load, 2500);
            assert!(!took.is_zero(), "{entrant:?}");
        }
    }

    #[test]
    fn rows_have_names_of_their_own() {
        let mut names: Vec<&str> = rows().iter().map(|row| row.name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        assert!(race::FOLLOWED.iter().all(|name| names.contains(name)));
    }
}
