//! Kafka: the broker is librdkafka's own, in this process.

mod broker;
mod elsewhere;
mod killed;
mod messages;
