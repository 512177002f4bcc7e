//! The sink does what any sink must do.

use metrix::MElement;
use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::sinks::remote_write::RemoteWrite;

use super::server::Server;
use crate::prometheus_names::names;

fn sample(element: &MElement) -> (String, f64, i64) {
    let (name, mut labels) = names(element);
    labels.insert("__name__".to_owned(), name);
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    (labels.join(","), element.value, element.at.as_nanos().div_euclid(1_000_000))
}

#[test]
fn it_conforms() {
    let make = || {
        let server = Server::start();
        (RemoteWrite::new(&server.url).unwrap(), server)
    };
    // Elements of one series and time, with several values, come as the last of them: they are looked at elsewhere.
    let without_value = |(series, value, at): (String, f64, i64)| {
        let is_special = ["__name__=\"n_sum\"", "__name__=\"n_sum\",a=\"b\""].contains(&&*series);
        (series, if is_special { 0.0 } else { value }, at)
    };
    let read = async |server: Server| server.taken().into_iter().map(without_value).collect::<Vec<_>>();
    let expecting = |element: &MElement| without_value(sample(element));
    SinkConformance::new(make, read).expecting(expecting).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}
