//! `metrics`: its macros, with the `Registry` of `metrics-util` as recorder. A counter is an atomic number. A histogram
//! keeps every value until an exporter takes them all away: nothing is summed up here. No window, no emission.
//!
//! With tags each call, the values of the tags become `String`s, since a label borrows nothing that is not static. The
//! recorder is the thread's own, which costs as much as a global one to look up.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ::metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, counter, histogram,
    with_local_recorder,
};
use metrics_util::registry::{AtomicStorage, Registry};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "`metrics`, Registry: counter", bound: Some(bound_counter), each_call: Some(each_counter) },
    Row { name: "`metrics`, Registry: histogram", bound: Some(bound_histogram), each_call: Some(each_histogram) },
];

/// Keeps what is recorded in a registry, as the recorders of exporters do.
struct Kept(Registry<Key, AtomicStorage>);

impl Recorder for Kept {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.0.get_or_create_counter(key, |counter| Counter::from_arc(Arc::clone(counter)))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.0.get_or_create_gauge(key, |gauge| Gauge::from_arc(Arc::clone(gauge)))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.0.get_or_create_histogram(key, |histogram| Histogram::from_arc(Arc::clone(histogram)))
    }
}

impl Kept {
    fn counted(&self) -> u64 {
        let mut count = 0;
        self.0.visit_counters(|_, counter| count += counter.load(Ordering::Relaxed));
        self.0.visit_histograms(|_, histogram| histogram.clear_with(|values| count += values.len() as u64));
        count
    }
}

fn kept() -> Arc<Kept> {
    Arc::new(Kept(Registry::atomic()))
}

fn bound_counter(load: &Arc<Load>) -> Contestant {
    let kept = kept();
    with_counters(load, &kept.clone(), move || kept.counted())
}

fn each_counter(load: &Arc<Load>) -> Contestant {
    let kept = kept();
    with_counters_each(load, &kept.clone(), move || kept.counted())
}

fn bound_histogram(load: &Arc<Load>) -> Contestant {
    let kept = kept();
    with_histograms(load, &kept.clone(), move || kept.counted())
}

fn each_histogram(load: &Arc<Load>) -> Contestant {
    let kept = kept();
    with_histograms_each(load, &kept.clone(), move || kept.counted())
}

/// The counter of a series.
macro_rules! of_series {
    ($metric:ident, $tags:expr) => {{
        let [host, section, lang] = $tags;
        $metric!("n", "host" => host.clone(), "section" => section.clone(), "lang" => lang.clone())
    }};
}

/// Counters of a recorder, bound once.
pub(super) fn with_counters<R: Recorder>(
    load: &Load,
    recorder: &R,
    counted: impl FnOnce() -> u64 + 'static,
) -> Contestant {
    let counters: Arc<[Counter]> =
        with_local_recorder(recorder, || load.series.iter().map(|tags| of_series!(counter, tags)).collect());
    let lane = |_| {
        let counters = Arc::clone(&counters);
        move |items: &[Item]| items.iter().for_each(|item| counters[item.series()].increment(1))
    };
    Contestant::new(load, lane, counted)
}

/// Histograms of a recorder, bound once.
pub(super) fn with_histograms<R: Recorder>(
    load: &Load,
    recorder: &R,
    counted: impl FnOnce() -> u64 + 'static,
) -> Contestant {
    let histograms: Arc<[Histogram]> =
        with_local_recorder(recorder, || load.series.iter().map(|tags| of_series!(histogram, tags)).collect());
    let lane = |_| {
        let histograms = Arc::clone(&histograms);
        move |items: &[Item]| items.iter().for_each(|item| histograms[item.series()].record(item.value()))
    };
    Contestant::new(load, lane, counted)
}

/// Counters of a recorder, looked up at each call.
pub(super) fn with_counters_each<R: Recorder + Send + Sync + 'static>(
    load: &Arc<Load>,
    recorder: &Arc<R>,
    counted: impl FnOnce() -> u64 + 'static,
) -> Contestant {
    let lane = |_| {
        let (recorder, load) = (Arc::clone(recorder), Arc::clone(load));
        move |items: &[Item]| {
            with_local_recorder(&*recorder, || {
                items.iter().for_each(|item| of_series!(counter, &load.series[item.series()]).increment(1));
            });
        }
    };
    Contestant::new(load, lane, counted)
}

/// Histograms of a recorder, looked up at each call.
pub(super) fn with_histograms_each<R: Recorder + Send + Sync + 'static>(
    load: &Arc<Load>,
    recorder: &Arc<R>,
    counted: impl FnOnce() -> u64 + 'static,
) -> Contestant {
    let lane = |_| {
        let (recorder, load) = (Arc::clone(recorder), Arc::clone(load));
        move |items: &[Item]| {
            with_local_recorder(&*recorder, || {
                items.iter().for_each(|item| of_series!(histogram, &load.series[item.series()]).record(item.value()));
            });
        }
    };
    Contestant::new(load, lane, counted)
}
