//! What Prometheus is shown, in both formats.

use std::cell::LazyCell;
use std::collections::BTreeMap;

use metrix::{MElement, Sink, Tags};
use metrix_fuzz::sent::taken;
use metrix_io::sinks::prometheus::Exposition;
use metrix_io::sources::prometheus::{Format, PrometheusText};
use metrix_io::{Kind, ParseLine};
use tokio::runtime::{Builder, Runtime};

thread_local! {
    static RUNTIME: LazyCell<Runtime> =
        LazyCell::new(|| Builder::new_current_thread().enable_time().build().expect("the system has what it takes"));
}

/// Names and labels, in the order of the names.
type Series = (String, Vec<(String, String)>);

pub(crate) fn check(batch: &[MElement]) {
    // Twice, so that counters are added up.
    let mut exposition = Exposition::builder().counters(["*.count"]).exposition();
    let written = RUNTIME
        .with(|runtime| runtime.block_on(async { (exposition.write(batch).await, exposition.write(batch).await) }));
    let sent = taken(batch, &written.0);
    // Not by their values, which may be no numbers.
    assert_eq!(format!("{sent:?}"), format!("{:?}", taken(batch, &written.1)));
    let mut expected: BTreeMap<Series, (Kind, f64)> = BTreeMap::new();
    for element in sent.iter().chain(&sent) {
        let name = name(&element.name);
        let short = name.strip_suffix("_total").filter(|short| !short.is_empty()).unwrap_or(&name);
        if short.ends_with("_count") || name.ends_with("_count") {
            let series =
                expected.entry((format!("{short}_total"), labels(&element.tags))).or_insert((Kind::Counter, 0.0));
            series.1 += element.value;
        } else {
            expected.insert((name, labels(&element.tags)), (Kind::Gauge, element.value));
        }
    }
    let all = expected.len();
    expected.retain(|_, (_, value)| value.is_finite());
    let skipped = all - expected.len();
    for format in [Format::Text, Format::OpenMetrics] {
        let shown = exposition.render(format);
        let mut parser = PrometheusText::new(format);
        let mut found = BTreeMap::new();
        for line in shown.strip_suffix('\n').unwrap_or_default().split('\n') {
            let read = parser.parse(line.as_bytes(), &mut |reading| {
                let mut labels: Vec<(String, String)> =
                    reading.tags.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
                labels.sort();
                let value = (reading.kind.expect("it has one"), reading.value);
                assert_eq!(found.insert((reading.name.to_string(), labels), value), None, "{shown}");
            });
            assert!(read.is_ok(), "{read:?}: {line:?}");
        }
        assert!(parser.is_whole(), "{shown}");
        assert_eq!((&found, parser.skipped()), (&expected, skipped as u64), "{shown}");
    }
}

/// The table of the docs, written another way.
fn name(text: &str) -> String {
    let clean: String = text.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect();
    match clean.chars().next() {
        Some('0'..='9') | None => format!("_{clean}"),
        Some(_) => clean,
    }
}

fn labels(tags: &Tags) -> Vec<(String, String)> {
    let mut labels = BTreeMap::new();
    // Of names that become equal the last one holds.
    for (tag, value) in tags.iter().filter(|(_, value)| !value.is_empty()) {
        let mut label = name(tag);
        while label.starts_with("__") {
            label.remove(0);
        }
        labels.insert(label, value.to_owned());
    }
    labels.into_iter().collect()
}
