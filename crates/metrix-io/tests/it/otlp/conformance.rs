//! The sink does what any sink must do.

use metrix::MElement;
use metrix::testing::{Arrival, Order, SinkConformance};
use metrix_io::sinks::otlp::{Otlp, Protocol};

use super::messages::{AnyValue, Data};
use super::server::Server;

type Row = (String, Vec<(String, String)>, f64, i64);

fn row(element: &MElement) -> Row {
    let name = |name: &str| if name.is_empty() { "_".to_owned() } else { name.to_owned() };
    let tags = element.tags.iter().map(|(tag, value)| (name(tag), value.to_owned())).collect();
    (name(&element.name), tags, element.value, element.at.as_nanos())
}

fn rows(server: &Server) -> Vec<Row> {
    let mut rows = Vec::new();
    for (_, _, message) in server.requests() {
        for metric in &message.resource_metrics[0].scope_metrics[0].metrics {
            let Some(Data::Gauge(numbers) | Data::Sum(numbers)) = &metric.data else { panic!("{metric:?}") };
            for point in &numbers.data_points {
                let text = |value: &Option<AnyValue>| value.clone().unwrap_or_default().text;
                let tags = point.attributes.iter().map(|tag| (tag.key.clone(), text(&tag.value))).collect();
                rows.push((metric.name.clone(), tags, point.value, point.time as i64));
            }
        }
    }
    rows
}

fn check(protocol: Protocol) {
    let make = || {
        // It is made in the runtime of the kit, and serves in one of its own.
        let (send, receive) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                send.send(Server::start(protocol).await).unwrap();
                std::future::pending::<()>().await;
            });
        });
        let server = receive.recv().unwrap();
        (Otlp::new(&server.url(), protocol).unwrap(), server)
    };
    let read = async |server: Server| rows(&server);
    SinkConformance::new(make, read).expecting(row).order(Order::Any).arrival(Arrival::AtLeastOnce).check();
}

#[test]
fn it_conforms_over_grpc() {
    check(Protocol::Grpc);
}

#[test]
fn it_conforms_over_http() {
    check(Protocol::HttpProtobuf);
}
