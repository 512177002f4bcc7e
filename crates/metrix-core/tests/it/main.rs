//! The behaviour of metrix-core through its public API, one subject a file.
