//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "opentsdb")]
pub mod opentsdb;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(feature = "opentsdb", feature = "prometheus"))]
mod refused;
#[cfg(feature = "sqlite")]
pub mod sqlite;
