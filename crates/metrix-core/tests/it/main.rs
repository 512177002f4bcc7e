//! The behaviour of metrix-core through its public API, one subject a file.

mod map_async;
