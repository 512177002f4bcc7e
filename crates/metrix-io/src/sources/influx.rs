//! InfluxDB's line protocol: [`InfluxLines`] reads it, and [`InfluxServer`] takes it over HTTP, in the place of InfluxDB.

mod answer;
mod body;
mod entrance;
mod line;
mod server;
mod text;
mod value;
mod writes;

pub use self::line::InfluxLines;
pub use self::server::InfluxServer;
pub use self::writes::{InfluxWrite, InfluxWrites, WrongLine};
pub use crate::influx_precision::Precision;
