//! [`open`]: a `kafka` sink, as the configuration has it.

use std::error::Error;

use metrix_io::sinks::kafka::Kafka;

use crate::config::KafkaSinkConfig;

pub(super) fn open(config: &KafkaSinkConfig) -> Result<Kafka, Box<dyn Error>> {
    let mut builder = Kafka::builder(&config.cluster.cluster()?).compression(config.compression);
    if let Some(topic) = &config.topic {
        builder = builder.topic(topic)?;
    }
    for (name, value) in &config.headers {
        builder = builder.header(name, value);
    }
    if let Some(delivery_timeout) = config.delivery_timeout {
        builder = builder.delivery_timeout(delivery_timeout);
    }
    Ok(builder.open()?)
}
