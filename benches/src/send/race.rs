//! [`Race`]: contestants that are sent values in turns.

use std::sync::Arc;
use std::time::Duration;

use super::contestant::Make;
use super::load::{Load, Setup, Sharing};
use super::{Form, hand, metrix, rows};
use crate::race::{Times, turns};

/// How long a contestant is sent values in a round, at least.
const SPAN: Duration = Duration::from_millis(25);

/// How many series there are where that is not the question.
const SERIES: usize = 100;

/// How many series there are where it is.
pub(super) const BY_SERIES: [usize; 4] = [1, 100, 10_000, 100_000];

/// Rounds of those with many series take long: so many are enough.
const ROUNDS_OF_MANY: usize = 7;

/// The rows that are followed over the number of series and of threads.
pub(super) const FOLLOWED: [&str; 7] = [
    metrix::FIVE,
    hand::TIMED,
    "`metrics`, Registry: counter",
    "OpenTelemetry: counter",
    "prometheus: counter",
    "prometheus: histogram",
    "metrique: sum",
];

/// A row in one of its forms, with what it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entrant {
    /// The name of its row.
    pub row: &'static str,
    /// Whether it is bound.
    pub form: Form,
    /// What it is sent.
    pub setup: Setup,
}

/// Entrants that are compared with each other.
#[derive(Debug)]
pub struct Race {
    /// What it is about.
    pub name: String,
    entrants: Vec<(Entrant, Make)>,
}

impl Race {
    fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), entrants: Vec::new() }
    }

    /// Adds the rows that have this form, all or those of these names.
    fn with(mut self, names: Option<&[&str]>, form: Form, setup: Setup) -> Self {
        let named = rows().into_iter().filter(|row| names.is_none_or(|names| names.contains(&row.name)));
        let entrants = named.filter_map(|row| Some((Entrant { row: row.name, form, setup }, row.make(form)?)));
        self.entrants.extend(entrants);
        self
    }

    /// The entrants, and what builds them.
    pub fn entrants(&self) -> &[(Entrant, Make)] {
        &self.entrants
    }

    /// Sends to all of them, in turns.
    pub fn run(&self, rounds: usize) -> Times<Entrant> {
        let many = self.entrants.iter().any(|(entrant, _)| entrant.setup.series > 1000);
        let rounds = if many { rounds.min(ROUNDS_OF_MANY) } else { rounds };
        let mut loads: Vec<Arc<Load>> = Vec::new();
        let mut load = |setup: Setup| {
            let known = loads.iter().find(|load| load.setup == setup).cloned();
            known.unwrap_or_else(|| {
                loads.push(Arc::new(Load::new(setup)));
                Arc::clone(&loads[loads.len() - 1])
            })
        };
        let ready = |&(entrant, make): &(Entrant, Make)| Ready { load: load(entrant.setup), make, values: None };
        let mut ready: Vec<_> = self.entrants.iter().map(ready).collect();
        let entrants: Vec<Entrant> = self.entrants.iter().map(|(entrant, _)| *entrant).collect();
        turns(&self.name, &entrants, rounds, |place| ready[place].nanos())
    }
}

/// An entrant with its load.
struct Ready {
    load: Arc<Load>,
    make: Make,
    /// How many values each thread sends, once it is known how many take long enough.
    values: Option<usize>,
}

impl Ready {
    /// How long a value took, in nanoseconds, over all threads.
    fn nanos(&mut self) -> f64 {
        let span = SPAN.max(self.load.setup.window() * 5 / 2);
        let known = self.values;
        let values = known.unwrap_or(20_000);
        let took = (self.make)(&self.load).run(&self.load, values);
        if known.is_none() {
            let enough = values as f64 * span.as_secs_f64() / took.as_secs_f64().max(1e-6);
            self.values = Some(enough as usize);
        }
        took.as_nanos() as f64 / (values * self.load.setup.threads) as f64
    }
}

/// One for each question.
#[derive(Clone, Debug)]
pub struct Races<T = Race> {
    /// All rows, a race for each column of the table.
    pub columns: Vec<T>,
    /// By the number of series, for each of `BY_SERIES`.
    pub series: Vec<T>,
    /// By the number of threads.
    pub threads: T,
    /// By the number of tags.
    pub tags: T,
}

/// What the races came to.
pub type Results = Races<Times<Entrant>>;

/// The columns of the table.
pub(super) const COLUMNS: [(&str, Form, Setup); 5] = [
    ("bound", Form::Bound, Setup::one(SERIES)),
    ("3 tags each call", Form::EachCall, Setup::one(SERIES)),
    ("2 threads, bound, own series", Form::Bound, Setup::two(SERIES, Sharing::Own)),
    ("2 threads, bound, one shared series", Form::Bound, Setup::two(1, Sharing::Shared)),
    ("2 threads, 3 tags each call", Form::EachCall, Setup::two(SERIES, Sharing::Shared)),
];

/// So many tags each call, and so many series: without tags there is but one.
pub(super) const BY_TAGS: [(usize, usize); 3] = [(0, 1), (1, SERIES), (3, SERIES)];

impl Races {
    /// All of them.
    pub fn all() -> Self {
        let followed = Some(&FOLLOWED[..]);
        let by_series = |series| {
            let setup = Setup::one(series);
            Race::new(format!("{series} series")).with(followed, Form::Bound, setup).with(
                followed,
                Form::EachCall,
                setup,
            )
        };
        let by_tags = |race: Race, (tags, series)| {
            let setup = Setup { tags, ..Setup::one(series) };
            race.with(Some(&[metrix::FIVE]), Form::EachCall, setup)
        };
        let batches = Some(&[metrix::BATCHES][..]);
        let [bound, each_call, own, _, shared] = COLUMNS.map(|(_, form, setup)| (form, setup));
        let threads = Race::new("threads");
        let threads = [bound, own, each_call, shared]
            .into_iter()
            .fold(threads, |race, (form, setup)| race.with(followed, form, setup));
        Self {
            columns: COLUMNS.iter().map(|&(name, form, setup)| Race::new(name).with(None, form, setup)).collect(),
            series: BY_SERIES.into_iter().map(by_series).collect(),
            // Batches, too, are asked for from one thread and from two.
            threads: [bound, own].into_iter().fold(threads, |race, (form, setup)| race.with(batches, form, setup)),
            tags: BY_TAGS.into_iter().fold(Race::new("tags"), by_tags),
        }
    }

    /// Runs all of them; `told` hears of each before.
    pub fn run(&self, rounds: usize, mut told: impl FnMut(&str)) -> Results {
        let mut run = |race: &Race| {
            told(&race.name);
            race.run(rounds)
        };
        Races {
            columns: self.columns.iter().map(&mut run).collect(),
            series: self.series.iter().map(&mut run).collect(),
            threads: run(&self.threads),
            tags: run(&self.tags),
        }
    }
}
