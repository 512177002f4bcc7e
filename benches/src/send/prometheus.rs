//! `prometheus`: an `IntCounterVec` and a `HistogramVec` with its default 11 buckets, which nobody reads while values
//! come: no window, no emission. The names of the labels are declared; a call gives their values, borrowed, and what is
//! found is trusted by its hash of 64 bits alone.

use std::sync::Arc;

use ::prometheus::core::Collector;
use ::prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, Opts};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load, TAGS};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "prometheus: counter", bound: Some(bound_counter), each_call: Some(each_counter) },
    Row { name: "prometheus: histogram", bound: Some(bound_histogram), each_call: Some(each_histogram) },
];

const IS_PLAIN: &str = "a plain name with plain labels is accepted";

fn counters() -> (IntCounterVec, impl FnOnce() -> u64 + 'static) {
    let counters = IntCounterVec::new(Opts::new("n", "Values."), &TAGS).expect(IS_PLAIN);
    (counters.clone(), move || {
        let families = counters.collect();
        families
            .iter()
            .flat_map(|family| family.get_metric())
            .map(|metric| metric.get_counter().get_value() as u64)
            .sum()
    })
}

fn histograms() -> (HistogramVec, impl FnOnce() -> u64 + 'static) {
    let histograms = HistogramVec::new(HistogramOpts::new("n", "Values."), &TAGS).expect(IS_PLAIN);
    (histograms.clone(), move || {
        let families = histograms.collect();
        families
            .iter()
            .flat_map(|family| family.get_metric())
            .map(|metric| metric.get_histogram().get_sample_count())
            .sum()
    })
}

#[inline]
fn values(tags: &[String; 3]) -> [&str; 3] {
    tags.each_ref().map(String::as_str)
}

fn bound_counter(load: &Arc<Load>) -> Contestant {
    let (counters, counted) = counters();
    let bound: Arc<[IntCounter]> = load.series.iter().map(|tags| counters.with_label_values(&values(tags))).collect();
    let lane = |_| {
        let bound = Arc::clone(&bound);
        move |items: &[Item]| items.iter().for_each(|item| bound[item.series()].inc())
    };
    Contestant::new(load, lane, counted)
}

fn bound_histogram(load: &Arc<Load>) -> Contestant {
    let (histograms, counted) = histograms();
    let bound: Arc<[Histogram]> = load.series.iter().map(|tags| histograms.with_label_values(&values(tags))).collect();
    let lane = |_| {
        let bound = Arc::clone(&bound);
        move |items: &[Item]| items.iter().for_each(|item| bound[item.series()].observe(item.value()))
    };
    Contestant::new(load, lane, counted)
}

fn each_counter(load: &Arc<Load>) -> Contestant {
    let (counters, counted) = counters();
    let lane = |_| {
        let (counters, load) = (counters.clone(), Arc::clone(load));
        move |items: &[Item]| {
            items.iter().for_each(|item| counters.with_label_values(&values(&load.series[item.series()])).inc());
        }
    };
    Contestant::new(load, lane, counted)
}

fn each_histogram(load: &Arc<Load>) -> Contestant {
    let (histograms, counted) = histograms();
    let lane = |_| {
        let (histograms, load) = (histograms.clone(), Arc::clone(load));
        move |items: &[Item]| {
            for item in items {
                histograms.with_label_values(&values(&load.series[item.series()])).observe(item.value());
            }
        }
    };
    Contestant::new(load, lane, counted)
}
