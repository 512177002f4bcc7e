//! Where elements go: this is the index of the stores and protocols.

#[cfg(feature = "sqlite")]
pub mod sqlite;
