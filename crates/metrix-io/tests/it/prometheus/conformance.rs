//! The endpoint does what any sink must do.

use metrix::MElement;
use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::sinks::prometheus::{Exposition, Format, Prometheus};

use crate::prometheus_names::names;

/// As what an element is shown, without its value.
fn series(element: &MElement) -> String {
    let (name, labels) = names(element);
    let escaped = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    let name = if name.ends_with("_count") { name + "_total" } else { name };
    if labels.is_empty() { name } else { format!("{name}{{{}}}", labels.join(",")) }
}

async fn shown(exposition: Exposition) -> Vec<String> {
    let text = exposition.render(Format::Text);
    let series = text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#'));
    series.map(|line| line.rsplit_once(' ').expect("a value").0.to_owned()).collect()
}

/// Values are looked at elsewhere: it shows the last, or the sum.
#[test]
fn it_conforms() {
    let make = || {
        let sink = Prometheus::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let exposition = sink.exposition();
        (sink, exposition)
    };
    SinkConformance::new(make, shown).expecting(series).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}
