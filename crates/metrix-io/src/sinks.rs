//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "prometheus")]
pub mod prometheus;
#[cfg(feature = "sqlite")]
pub mod sqlite;
