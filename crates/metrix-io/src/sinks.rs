//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "opentsdb")]
mod opentsdb;
#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(any(feature = "opentsdb", feature = "prometheus"))]
mod refused;
#[cfg(feature = "sqlite")]
pub mod sqlite;

#[cfg(feature = "opentsdb")]
pub use opentsdb::{OpenTsdb, OpenTsdbCounts};
