//! Kafka: the broker is librdkafka's own, in this process.

mod any_payload;
mod broker;
mod elsewhere;
mod killed;
mod messages;
