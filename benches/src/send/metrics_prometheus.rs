//! `metrics` with the recorder of `metrics-exporter-prometheus`: as [`metrics`](super::metrics), with what the exporter
//! adds. Its histograms keep every value until `run_upkeep` puts them into quantile sketches; nobody calls that while
//! values come, so that work is left out, as are windows and emission.

use std::sync::Arc;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::Row;
use super::contestant::Contestant;
use super::load::Load;
use super::metrics::{with_counters, with_counters_each, with_histograms, with_histograms_each};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "`metrics`, Prometheus: counter", bound: Some(bound_counter), each_call: Some(each_counter) },
    Row { name: "`metrics`, Prometheus: histogram", bound: Some(bound_histogram), each_call: Some(each_histogram) },
];

fn recorder() -> (Arc<PrometheusRecorder>, impl FnOnce() -> u64 + 'static) {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    (Arc::new(recorder), move || counted(&handle))
}

/// What the page that it would serve comes to: the counters, and the counts of the histograms.
fn counted(handle: &PrometheusHandle) -> u64 {
    let page = handle.render();
    let counts = page
        .lines()
        .filter(|line| line.starts_with("n{") && !line.contains("quantile=") || line.starts_with("n_count{"));
    counts.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

fn bound_counter(load: &Arc<Load>) -> Contestant {
    let (recorder, counted) = recorder();
    with_counters(load, &*recorder, counted)
}

fn each_counter(load: &Arc<Load>) -> Contestant {
    let (recorder, counted) = recorder();
    with_counters_each(load, &recorder, counted)
}

fn bound_histogram(load: &Arc<Load>) -> Contestant {
    let (recorder, counted) = recorder();
    with_histograms(load, &*recorder, counted)
}

fn each_histogram(load: &Arc<Load>) -> Contestant {
    let (recorder, counted) = recorder();
    with_histograms_each(load, &recorder, counted)
}
