//! Kafka, in the process: librdkafka's own broker.

mod broker;
mod conformance;
mod kcat;
mod sink;
mod source;
