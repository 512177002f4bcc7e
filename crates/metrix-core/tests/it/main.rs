//! The behaviour of metrix-core through its public API, one subject a file.

mod keyed;
mod windows;
mod map_async;
mod flow;
