//! `prometheus-client`: a `Family` of counters and one of histograms with 11 buckets, which nobody reads while values
//! come: no window, no emission. A family is looked up with a set of labels that owns its text, so a call makes three
//! `String`s.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "prometheus-client: counter", bound: Some(bound_counter), each_call: Some(each_counter) },
    Row { name: "prometheus-client: histogram", bound: Some(bound_histogram), each_call: Some(each_histogram) },
];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    host: String,
    section: String,
    lang: String,
}

impl Labels {
    #[inline]
    fn of([host, section, lang]: &[String; 3]) -> Self {
        Self { host: host.clone(), section: section.clone(), lang: lang.clone() }
    }
}

type Histograms = Family<Labels, Histogram, fn() -> Histogram>;

fn counters(load: &Arc<Load>) -> (Family<Labels, Counter>, impl FnOnce() -> u64 + 'static) {
    let (counters, load) = (Family::<Labels, Counter>::default(), Arc::clone(load));
    (counters.clone(), move || load.series.iter().map(|tags| counters.get_or_create(&Labels::of(tags)).get()).sum())
}

fn histograms(load: &Arc<Load>) -> (Histograms, impl FnOnce() -> u64 + 'static) {
    let new: fn() -> Histogram = || Histogram::new(exponential_buckets(0.005, 2.0, 11));
    let (histograms, load) = (Histograms::new_with_constructor(new), Arc::clone(load));
    (histograms.clone(), move || {
        load.series.iter().map(|tags| histograms.get_or_create(&Labels::of(tags)).count()).sum()
    })
}

fn bound_counter(load: &Arc<Load>) -> Contestant {
    let (counters, counted) = counters(load);
    let bound: Arc<[Counter]> =
        load.series.iter().map(|tags| counters.get_or_create_owned(&Labels::of(tags))).collect();
    let lane = |_| {
        let bound = Arc::clone(&bound);
        move |items: &[Item]| {
            for item in items {
                bound[item.series()].inc();
            }
        }
    };
    Contestant::new(load, lane, counted)
}

fn bound_histogram(load: &Arc<Load>) -> Contestant {
    let (histograms, counted) = histograms(load);
    let bound: Arc<[Histogram]> =
        load.series.iter().map(|tags| histograms.get_or_create_owned(&Labels::of(tags))).collect();
    let lane = |_| {
        let bound = Arc::clone(&bound);
        move |items: &[Item]| items.iter().for_each(|item| bound[item.series()].observe(item.value()))
    };
    Contestant::new(load, lane, counted)
}

fn each_counter(load: &Arc<Load>) -> Contestant {
    let (counters, counted) = counters(load);
    let lane = |_| {
        let (counters, load) = (counters.clone(), Arc::clone(load));
        move |items: &[Item]| {
            for item in items {
                counters.get_or_create(&Labels::of(&load.series[item.series()])).inc();
            }
        }
    };
    Contestant::new(load, lane, counted)
}

fn each_histogram(load: &Arc<Load>) -> Contestant {
    let (histograms, counted) = histograms(load);
    let lane = |_| {
        let (histograms, load) = (histograms.clone(), Arc::clone(load));
        move |items: &[Item]| {
            for item in items {
                histograms.get_or_create(&Labels::of(&load.series[item.series()])).observe(item.value());
            }
        }
    };
    Contestant::new(load, lane, counted)
}
