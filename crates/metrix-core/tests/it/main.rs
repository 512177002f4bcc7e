//! The behaviour of metrix-core through its public API, one subject a file.

mod keyed;
mod map_async;
mod flow;
mod windows;
