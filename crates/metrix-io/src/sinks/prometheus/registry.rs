//! [`Registry`]: the last value of each series.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::time::Duration;

use metrix::MElement;
use tokio::time::Instant;

use super::counters::{Counters, without_suffix};
use super::counts::PrometheusCounts;
use super::text::push_escaped;
use crate::prometheus_series::PrometheusSeries;

/// So often, at most, it looks for series that have expired, unless it is read.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// What is kept, and how long.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) counters: Counters,
    pub(super) max_series: usize,
    pub(super) expiry: Duration,
    pub(super) counter_expiry: Duration,
}

/// The series that there are, by their families, and by their labels as the formats have them: where these are equal, the
/// series are.
#[derive(Debug)]
pub(super) struct Registry {
    rules: Rules,
    families: BTreeMap<Box<str>, Family>,
    series: usize,
    swept: Option<Instant>,
}

/// The series of one name, without the suffix that counters have.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) is_counter: bool,
    /// The name before it was clean, of the first element.
    pub(super) origin: Box<str>,
    pub(super) series: BTreeMap<Box<str>, Series>,
}

#[derive(Debug)]
pub(super) struct Series {
    pub(super) value: f64,
    /// A hash of the element's name and tags, before they were clean.
    origin: u64,
    ends: Instant,
}

impl Registry {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, families: BTreeMap::new(), series: 0, swept: None }
    }

    /// Takes an element, or says why not.
    pub(super) fn take(&mut self, element: &MElement, now: Instant, counts: &PrometheusCounts) -> Result<(), String> {
        let clean = PrometheusSeries::new(element)?;
        let is_counter = self.rules.counters.has(&clean.name);
        let family_name = if is_counter { without_suffix(&clean.name) } else { &*clean.name };
        // Also refuses what is no number.
        if is_counter && !(element.value >= 0.0 && element.value.is_finite()) {
            return Err(format!(
                "its value is {}, and a counter only grows: leave it out of `counters`, so that it is a gauge",
                element.value
            ));
        }
        self.keep_kind(family_name, is_counter, now)?;
        let mut labels = String::new();
        for (name, value) in &clean.labels {
            let comma = if labels.is_empty() { "" } else { "," };
            write!(labels, "{comma}{name}=\"").expect("a String takes all that is written to it");
            push_escaped(value, &mut labels);
            labels.push('"');
        }
        let ends = now + self.stay(element, is_counter);
        let origin = origin(element);
        let known = self.families.get_mut(family_name).and_then(|family| family.series.get_mut(&*labels));
        match known {
            Some(series) if series.ends > now => {
                counts.collided(series.origin != origin, &element.name);
                let value = if is_counter { series.value + element.value } else { element.value };
                *series = Series { value, origin, ends };
            }
            // It had expired, and so begins anew.
            Some(series) => *series = Series { value: element.value, origin, ends },
            None => {
                self.make_room(now)?;
                let new = || Family { is_counter, origin: (*element.name).into(), series: BTreeMap::new() };
                let family = self.families.entry(family_name.into()).or_insert_with(new);
                family.series.insert(labels.into(), Series { value: element.value, origin, ends });
                self.series += 1;
            }
        }
        counts.merged(clean.merged, &element.name);
        counts.set_series(self.series);
        Ok(())
    }

    /// The families, without what has expired by now.
    pub(super) fn families(&mut self, now: Instant) -> &BTreeMap<Box<str>, Family> {
        self.sweep(now);
        &self.families
    }

    pub(super) fn series(&self) -> usize {
        self.series
    }

    /// Of `foo` and `foo_total` one alone may be a counter, but they are one family: it stays what it is as long as it lives.
    fn keep_kind(&mut self, name: &str, is_counter: bool, now: Instant) -> Result<(), String> {
        let Some(family) = self.families.get(name).filter(|family| family.is_counter != is_counter) else {
            return Ok(());
        };
        if family.series.values().any(|series| series.ends > now) {
            let kind = if family.is_counter { "a counter" } else { "a gauge" };
            let origin = &family.origin;
            return Err(format!(
                "{origin:?} has its name, and is {kind}: rename one of them, or name both in `counters`"
            ));
        }
        self.series -= family.series.len();
        self.families.remove(name);
        Ok(())
    }

    fn make_room(&mut self, now: Instant) -> Result<(), String> {
        let most = self.rules.max_series;
        if self.series >= most && self.swept.is_none_or(|swept| now >= swept + BETWEEN_SWEEPS) {
            self.sweep(now);
        }
        if self.series < most {
            return Ok(());
        }
        Err(format!("there are {most} series already: raise `max_series`, or drop a tag that has many values"))
    }

    fn sweep(&mut self, now: Instant) {
        let mut left = 0;
        self.families.retain(|_, family| {
            family.series.retain(|_, series| series.ends > now);
            left += family.series.len();
            !family.series.is_empty()
        });
        (self.series, self.swept) = (left, Some(now));
    }

    /// How long an element says how things are.
    fn stay(&self, element: &MElement, is_counter: bool) -> Duration {
        let window = element.start.map_or(Duration::ZERO, |start| {
            let nanos = element.at.as_nanos().saturating_sub(start.as_nanos());
            Duration::from_nanos(nanos.max(0).unsigned_abs())
        });
        let expiry = if is_counter { self.rules.counter_expiry } else { self.rules.expiry };
        // No longer than a clock can tell.
        expiry.max(window.saturating_mul(2)).min(LONGEST)
    }
}

/// A century.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);

fn origin(element: &MElement) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&*element.name, &element.tags).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
