//! The sink does what any sink must do.

use std::cell::Cell;

use metrix::testing::SinkConformance;
use metrix_io::sinks::kafka::Kafka;

use super::broker::{Broker, read, seen};

#[test]
fn it_conforms() {
    let (broker, number) = (Broker::start(), Cell::new(0));
    let make = || {
        number.set(number.get() + 1);
        let topic = format!("topic{}", number.get());
        broker.topic(&topic, 1);
        (Kafka::builder(&broker.cluster()).topic(&topic).unwrap().open().unwrap(), topic)
    };
    let read_back =
        async |topic: String| -> Vec<_> { broker.all(&topic, 1).iter().map(|found| read(&found.value)).collect() };
    SinkConformance::new(make, read_back).expecting(seen).check();
}
