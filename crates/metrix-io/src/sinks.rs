//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "influx")]
pub mod influx;
#[cfg(feature = "opentsdb")]
pub mod opentsdb;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(feature = "influx", feature = "opentsdb", feature = "prometheus", feature = "remote_write"))]
mod refused;
#[cfg(feature = "remote_write")]
pub mod remote_write;
#[cfg(feature = "sqlite")]
pub mod sqlite;
