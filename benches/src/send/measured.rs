//! `measured`: a sparse `CounterVec` and `HistogramVec` (11 buckets) whose three labels are interned as they come, in
//! `paracord`, its author's interner. Nobody reads them while values come: no window, no emission. What it binds, an id of the
//! labels, is still looked up in its map with each value.

use std::sync::Arc;

use ::measured::metric::MetricFamilyEncoding;
use ::measured::metric::histogram::Thresholds;
use ::measured::metric::name::MetricName;
use ::measured::text::BufferedTextEncoder;
use ::measured::{CounterVec, HistogramVec, LabelGroup};
use paracord::ParaCord;

use super::Row;
use super::contestant::Contestant;
use super::load::{Item, Load};

pub(super) const ROWS: [Row; 2] = [
    Row { name: "measured: counter", bound: None, each_call: Some(each_counter) },
    Row { name: "measured: histogram", bound: None, each_call: Some(each_histogram) },
];

#[derive(LabelGroup)]
#[label(set = LabelsSet)]
struct Labels<'a> {
    #[label(dynamic_with = ParaCord, default)]
    host: &'a str,
    #[label(dynamic_with = ParaCord, default)]
    section: &'a str,
    #[label(dynamic_with = ParaCord, default)]
    lang: &'a str,
}

impl<'a> Labels<'a> {
    #[inline]
    fn of([host, section, lang]: &'a [String; 3]) -> Self {
        Self { host, section, lang }
    }
}

/// What the page that shows them comes to, in lines that begin so.
fn counted(metrics: &impl MetricFamilyEncoding<BufferedTextEncoder>, begin: &str) -> u64 {
    let mut page = BufferedTextEncoder::new();
    let Ok(()) = metrics.collect_family_into(MetricName::from_str("n"), &mut page);
    let page = page.finish();
    let lines = page.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let counts =
        lines.filter(|line| line.starts_with(begin)).filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok());
    counts.sum()
}

fn each_counter(load: &Arc<Load>) -> Contestant {
    let counters = Arc::new(CounterVec::sparse_with_label_set(LabelsSet::default()));
    let lane = |_| {
        let (counters, load) = (Arc::clone(&counters), Arc::clone(load));
        move |items: &[Item]| items.iter().for_each(|item| counters.inc(Labels::of(&load.series[item.series()])))
    };
    let counters = Arc::clone(&counters);
    Contestant::new(load, lane, move || counted(&*counters, "n{"))
}

fn each_histogram(load: &Arc<Load>) -> Contestant {
    let thresholds = Thresholds::<11>::exponential_buckets(0.005, 2.0);
    let histograms = Arc::new(HistogramVec::sparse_with_label_set_and_metadata(LabelsSet::default(), thresholds));
    let lane = |_| {
        let (histograms, load) = (Arc::clone(&histograms), Arc::clone(load));
        move |items: &[Item]| {
            for item in items {
                histograms.observe(Labels::of(&load.series[item.series()]), item.value());
            }
        }
    };
    let histograms = Arc::clone(&histograms);
    Contestant::new(load, lane, move || counted(&*histograms, "n_count{"))
}
