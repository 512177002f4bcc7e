//! OpenTelemetry's metrics, as they are pushed: [`OtlpServer`] takes them over gRPC and HTTP, in the place of a collector.

mod answer;
mod cumulative;
mod entrance;
mod exports;
mod fields;
mod histogram;
mod place;
mod point;
mod rules;
mod server;
mod tags;

pub use self::exports::{OtlpExport, OtlpExports, RejectedPoint};
pub use self::rules::Histograms;
pub use self::server::OtlpServer;
