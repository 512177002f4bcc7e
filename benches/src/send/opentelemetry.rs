//! `opentelemetry_sdk`: a `Counter` of `u64` and a `Histogram` of `f64` with its default 15 boundaries, cumulative, read
//! by nobody while values come: no window, no emission.
//!
//! Bound instruments are an experimental feature of it. With attributes each call, the values become `String`s, since an
//! attribute borrows nothing that is not static. Its limit on the number of series is raised to what is sent.

use std::sync::{Arc, Weak};
use std::time::Duration;

use ::opentelemetry::KeyValue;
use ::opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};
use opentelemetry_sdk::metrics::reader::MetricReader;
use opentelemetry_sdk::metrics::{InstrumentKind, ManualReader, Pipeline, SdkMeterProvider, Stream, Temporality};

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load, TAGS};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "OpenTelemetry: counter", bound: Some(bound_counter), each_call: Some(each_counter) },
    Row { name: "OpenTelemetry: histogram", bound: Some(bound_histogram), each_call: Some(each_histogram) },
];

/// A reader that we keep, to read at the end what has come.
#[derive(Clone, Debug)]
struct Kept(Arc<ManualReader>);

impl MetricReader for Kept {
    fn register_pipeline(&self, pipeline: Weak<Pipeline>) {
        self.0.register_pipeline(pipeline);
    }

    fn collect(&self, metrics: &mut ResourceMetrics) -> OTelSdkResult {
        self.0.collect(metrics)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn temporality(&self, kind: InstrumentKind) -> Temporality {
        self.0.temporality(kind)
    }
}

fn start(load: &Load) -> (Meter, impl FnOnce() -> u64 + 'static) {
    let kept = Kept(Arc::new(ManualReader::builder().build()));
    let most = load.series.len() + 1;
    let provider = SdkMeterProvider::builder()
        .with_reader(kept.clone())
        .with_view(move |_: &_| Stream::builder().with_cardinality_limit(most).build().ok())
        .build();
    let meter = provider.meter("bench");
    // A provider that is dropped stops reading.
    (meter, move || counted(&kept, provider))
}

fn counted(kept: &Kept, provider: SdkMeterProvider) -> u64 {
    let mut metrics = ResourceMetrics::default();
    kept.collect(&mut metrics).expect("a reader that is not shut down can be read");
    drop(provider);
    let metrics = metrics.scope_metrics().flat_map(|scope| scope.metrics());
    let counts = metrics.map(|metric| match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => sum.data_points().map(|point| point.value()).sum(),
        AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
            histogram.data_points().map(|point| point.count()).sum()
        }
        _ => 0u64,
    });
    counts.sum()
}

#[inline]
fn attributes(tags: &[String; 3]) -> [KeyValue; 3] {
    [0, 1, 2].map(|tag| KeyValue::new(TAGS[tag], tags[tag].clone()))
}

fn bound_counter(load: &Arc<Load>) -> Contestant {
    let (meter, counted) = start(load);
    let counter = meter.u64_counter("n").build();
    let counters: Arc<[_]> = load.series.iter().map(|tags| counter.bind(&attributes(tags))).collect();
    let lane = |_| {
        let counters = Arc::clone(&counters);
        move |items: &[Item]| items.iter().for_each(|item| counters[item.series()].add(1))
    };
    Contestant::new(load, lane, counted)
}

fn bound_histogram(load: &Arc<Load>) -> Contestant {
    let (meter, counted) = start(load);
    let histogram = meter.f64_histogram("n").build();
    let histograms: Arc<[_]> = load.series.iter().map(|tags| histogram.bind(&attributes(tags))).collect();
    let lane = |_| {
        let histograms = Arc::clone(&histograms);
        move |items: &[Item]| items.iter().for_each(|item| histograms[item.series()].record(item.value()))
    };
    Contestant::new(load, lane, counted)
}

fn each_counter(load: &Arc<Load>) -> Contestant {
    let (meter, counted) = start(load);
    let counter = meter.u64_counter("n").build();
    let lane = |_| {
        let (counter, load) = (counter.clone(), Arc::clone(load));
        move |items: &[Item]| {
            items.iter().for_each(|item| counter.add(1, &attributes(&load.series[item.series()])));
        }
    };
    Contestant::new(load, lane, counted)
}

fn each_histogram(load: &Arc<Load>) -> Contestant {
    let (meter, counted) = start(load);
    let histogram = meter.f64_histogram("n").build();
    let lane = |_| {
        let (histogram, load) = (histogram.clone(), Arc::clone(load));
        move |items: &[Item]| {
            items.iter().for_each(|item| histogram.record(item.value(), &attributes(&load.series[item.series()])));
        }
    };
    Contestant::new(load, lane, counted)
}
