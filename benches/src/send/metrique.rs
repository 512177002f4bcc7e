//! `metrique-aggregation`: a `MutexSink` around a `KeyedAggregator`, which sums one number for each set of three keys. An
//! entry owns its keys, so a call makes three `String`s. Nobody flushes it while values come: no window, no emission; there
//! is no handle to bind.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use ::metrique::CloseValue;
use ::metrique::unit_of_work::metrics;
use ::metrique::writer::core::sink::FlushWait;
use ::metrique::writer::{
    Entry, EntryConfig, EntrySink, EntryWriter, MetricFlags, Observation, Unit, ValidationError, Value, ValueWriter,
};
use metrique_aggregation::aggregate;
use metrique_aggregation::aggregator::KeyedAggregator;
use metrique_aggregation::sink::MutexSink;
use metrique_aggregation::traits::{FlushableSink, RootSink};
use metrique_aggregation::value::Sum;

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load};

pub(super) const ROWS: [Row; 1] = [Row { name: "metrique: sum", bound: None, each_call: Some(each_sum) }];

#[aggregate]
#[metrics]
struct Sent {
    #[aggregate(key)]
    host: String,
    #[aggregate(key)]
    section: String,
    #[aggregate(key)]
    lang: String,
    #[aggregate(strategy = Sum)]
    values: u64,
}

fn each_sum(load: &Arc<Load>) -> Contestant {
    let total = Total::default();
    let sums = MutexSink::new(KeyedAggregator::<Sent, Total>::new(total.clone()));
    let lane = |_| {
        let (sums, load) = (sums.clone(), Arc::clone(load));
        move |items: &[Item]| {
            for item in items {
                let [host, section, lang] = load.series[item.series()].clone();
                sums.merge(Sent { host, section, lang, values: 1 }.close());
            }
        }
    };
    let mut all = sums.clone();
    Contestant::new(load, lane, move || {
        all.flush();
        total.0.load(Ordering::Relaxed)
    })
}

/// Adds up what the sums of all keys come to.
#[derive(Clone, Default)]
struct Total(Arc<AtomicU64>);

impl<E: Entry> EntrySink<E> for Total {
    fn append(&self, entry: E) {
        entry.write(&mut Adding(&self.0));
    }

    fn flush_async(&self) -> FlushWait {
        FlushWait::ready()
    }
}

/// Adds the numbers of an entry.
struct Adding<'t>(&'t AtomicU64);

impl<'a> EntryWriter<'a> for Adding<'_> {
    fn timestamp(&mut self, _: SystemTime) {}

    fn value(&mut self, _: impl Into<Cow<'a, str>>, value: &(impl Value + ?Sized)) {
        value.write(Adding(self.0));
    }

    fn config(&mut self, _: &'a dyn EntryConfig) {}
}

impl ValueWriter for Adding<'_> {
    fn string(self, _: &str) {}

    fn metric<'a>(
        self,
        distribution: impl IntoIterator<Item = Observation>,
        _: Unit,
        _: impl IntoIterator<Item = (&'a str, &'a str)>,
        _: MetricFlags<'_>,
    ) {
        for observation in distribution {
            if let Observation::Unsigned(sum) = observation {
                self.0.fetch_add(sum, Ordering::Relaxed);
            }
        }
    }

    fn error(self, _: ValidationError) {}
}
